// A dialog that asks before something is done: its fields, what it will do, and why it was refused. Closing it does nothing.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, type SubmitEvent, useId } from 'react';
import { Refused } from './Page.tsx';
import { t } from './words.ts';

type Props = {
  opened: boolean;
  close(): void;
  title: string;
  text?: ReactNode;
  verb: string;
  /** What the button that does nothing is called, where “Cancel” would be taken for the verb. */
  back?: string;
  danger?: boolean;
  busy: boolean;
  error?: unknown;
  /** Why the button does not act yet. */
  blocked?: boolean;
  submit(): void;
  children?: ReactNode;
  size?: string;
};

export function Ask({
  opened,
  close,
  title,
  text,
  verb,
  back,
  danger,
  busy,
  error,
  blocked,
  submit,
  children,
  size,
}: Props) {
  const form = useId();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!busy && !blocked) submit();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      centered
      size={size ?? 'md'}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form id={form} onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          {text !== undefined && (
            <Text size="sm" component="div">
              {text}
            </Text>
          )}
          {children}
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {back ?? t('cancel')}
            </Button>
            <Button type="submit" color={danger ? 'red.9' : undefined} loading={busy} disabled={blocked}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
