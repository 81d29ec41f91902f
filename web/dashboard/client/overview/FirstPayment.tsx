// For an account without a payment: the shortest way to the first one, as commands that run as they stand.

import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useWho } from '../data/session.tsx';
import { Section } from '../parts/Page.tsx';
import { basePath } from '../place.ts';
import { t } from './words.ts';

export function FirstPayment() {
  const { account, can } = useWho();
  const navigate = useNavigate();
  const { copy, copied } = useClipboard();
  const sandbox = account?.mode === 'sandbox';
  const command = [
    `curl ${location.origin}${basePath}/v1/checkout_sessions \\`,
    `  -H 'Authorization: Bearer ${sandbox ? 'sk_test_…' : 'sk_live_…'}' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"amount_total": 1999, "currency": "${account?.currency ?? 'USD'}", "description": "First payment"}'`,
  ].join('\n');
  return (
    <Section title={t('firstTitle')}>
      <Stack gap="sm">
        <Text size="sm">{sandbox ? t('firstText') : t('liveText')}</Text>
        <Code block className="secret">
          {command}
        </Code>
        {sandbox && (
          <Text size="sm">
            {t('card')}: <Code>4242 4242 4242 4242</Code>
          </Text>
        )}
        <Group gap="xs">
          {can('api_keys:write') && (
            <Button onClick={() => void navigate({ to: '/developers/keys' })}>{t('makeKey')}</Button>
          )}
          <Button variant="default" onClick={() => copy(command)}>
            {copied ? t('copied') : t('copy')}
          </Button>
          <Button variant="default" component="a" href={`${basePath}/docs`} target="_blank" rel="noreferrer">
            {t('guide')}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
