// A button that, where it cannot act, says why: for the mouse and for the keyboard.

import { Button, Tooltip } from '@mantine/core';

/** Undefined: it can be done. */
export type Why = string | undefined;

export function Act({ label, why, act }: { label: string; why: Why; act(): void }) {
  const button = (
    <Button
      variant="default"
      size="xs"
      // Not `disabled`: it must be reached, to be told why.
      aria-disabled={why !== undefined}
      data-disabled={why !== undefined || undefined}
      onClick={() => why === undefined && act()}
    >
      {label}
      {why !== undefined && <span className="sr">: {why}</span>}
    </Button>
  );
  return why === undefined ? (
    button
  ) : (
    <Tooltip label={why} multiline maw={280} withArrow events={{ hover: true, focus: true, touch: true }}>
      {button}
    </Tooltip>
  );
}
