// The frame of a page: its name, what can be done on it, and how it looks while it waits or when it was refused.

import { Alert, Button, Card, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Refusal } from '../data/request.ts';
import { RequestId } from './Bits.tsx';
import { t } from './words.ts';

type PageProps = { title: string; above?: ReactNode; beside?: ReactNode; actions?: ReactNode; children: ReactNode };

export function Page({ title, above, beside, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Florin`;
  }, [title]);
  return (
    <Stack gap="lg">
      <div>
        {above}
        <Group justify="space-between" align="center" gap="sm">
          <Group gap="sm">
            <Title order={1} size="h2">
              {title}
            </Title>
            {beside}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </div>
      {children}
    </Stack>
  );
}

type SectionProps = { title?: ReactNode; actions?: ReactNode; children: ReactNode; flush?: boolean };

export const Section = ({ title, actions, children, flush = false }: SectionProps) => (
  <Card withBorder padding={flush ? 0 : 'md'} component="section">
    {(title !== undefined || actions !== undefined) && (
      <Group justify="space-between" className={flush ? 'section-head flush' : 'section-head'} gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {actions}
      </Group>
    )}
    {children}
  </Card>
);

/** What was refused and why, with the number by which the operator finds it in the log. */
export function Refused({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const problem = error instanceof Refusal ? error.problem : undefined;
  return (
    <Alert color="red" variant="light" title={t('failed')} role="alert" className="refused">
      <Text size="sm">{problem?.detail ?? String(error)}</Text>
      <Group gap="xs" mt={6}>
        {problem?.param !== undefined && <Code>{problem.param}</Code>}
        {problem?.request_id ? (
          <Text size="xs" component="span">
            {t('requestId')} <RequestId id={problem.request_id} />
          </Text>
        ) : null}
        {retry && (
          <Button size="compact-xs" variant="default" onClick={retry}>
            {t('tryAgain')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

export const Waiting = ({ lines = 5 }: { lines?: number }) => (
  <Stack gap="sm" role="status" aria-label={t('loading')}>
    {Array.from({ length: lines }, (_, line) => `line ${line}`).map((key) => (
      <Skeleton key={key} height={22} radius="sm" />
    ))}
  </Stack>
);

type Field = readonly [label: string, value: ReactNode];

/** Names and values; what is not there is not shown. */
export const Fields = ({ of }: { of: readonly (Field | false | null | undefined)[] }) => (
  <dl className="fields">
    {of
      .filter((field): field is Field => Boolean(field))
      .map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? <span className="faint">–</span>}</dd>
        </div>
      ))}
  </dl>
);

export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="empty">
    <Text fw={600}>{title}</Text>
    {children}
  </div>
);
