// One endpoint: its events, its secret, whether it is on, and what was sent to it.

import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { WebhookEndpoint } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { Secret } from '../parts/Secret.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { Deliveries } from './Deliveries.tsx';
import { EndpointDialog } from './EndpointDialog.tsx';
import { t } from './words.ts';

export function EndpointPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<WebhookEndpoint>(`/webhook_endpoints/${id}`);
  const endpoint = found.data;
  const above = (
    <Text size="sm">
      <Go to="/developers/webhooks">{t('webhooks')}</Go>
    </Text>
  );
  if (!endpoint)
    return (
      <Page title={t('endpoint')} above={above}>
        {found.error ? <Refused error={found.error} /> : <Waiting />}
      </Page>
    );
  return (
    <Page
      title={endpoint.url}
      above={above}
      beside={
        <>
          <Status of={endpoint.status} />
          <Id id={endpoint.id} />
        </>
      }
      actions={can('webhook_endpoints:write') && <Actions endpoint={endpoint} />}
    >
      <Section>
        <Fields
          of={[
            [t('which'), endpoint.events.includes('*') ? t('allEvents') : endpoint.events.join(', ')],
            [t('description'), endpoint.description],
            [t('created'), <When key="at" at={endpoint.created_at} />],
            endpoint.failing_since !== null && [t('failing'), <When key="f" at={endpoint.failing_since} />],
            endpoint.disabled_reason !== null && [t('reason'), named(endpoint.disabled_reason)],
            endpoint.previous_secret_until !== null && [
              t('previous'),
              <When key="p" at={endpoint.previous_secret_until} />,
            ],
          ]}
        />
      </Section>
      {can('deliveries:read') && <Deliveries endpoint={endpoint.id} />}
    </Page>
  );
}

type Asked = 'edit' | 'rotate' | 'recover' | 'disable' | 'remove';

function Actions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const [asked, setAsked] = useState<Asked>();
  const [secret, setSecret] = useState<string>();
  const close = () => setAsked(undefined);
  const test = useChange(() => toast(t('tested')));
  const enable = useChange();
  const path = `/webhook_endpoints/${endpoint.id}`;
  const button = (label: string, act: () => void, busy = false) => (
    <Button size="xs" variant="default" onClick={act} loading={busy}>
      {label}
    </Button>
  );
  const enabled = endpoint.status === 'enabled';
  return (
    <>
      {enabled && button(t('test'), () => test.mutate({ path: `${path}/test` }), test.isPending)}
      {button(t('edit'), () => setAsked('edit'))}
      {button(t('rotate'), () => setAsked('rotate'))}
      {enabled && button(t('recover'), () => setAsked('recover'))}
      {enabled
        ? button(t('disable'), () => setAsked('disable'))
        : button(t('enable'), () => enable.mutate({ path: `${path}/enable` }), enable.isPending)}
      {button(t('remove'), () => setAsked('remove'))}
      <Refused error={test.error ?? enable.error} />
      {asked === 'edit' && (
        <EndpointDialog
          endpoint={endpoint}
          close={close}
          done={() => {
            toast(t('saved'));
            close();
          }}
        />
      )}
      {asked === 'rotate' && (
        <Rotate
          path={path}
          close={close}
          made={(text) => {
            close();
            setSecret(text);
          }}
        />
      )}
      {asked === 'recover' && <Recover path={path} close={close} />}
      {asked === 'disable' && (
        <Sure path={`${path}/disable`} title={t('disable')} text={t('disableText')} close={close} />
      )}
      {asked === 'remove' && <Remove path={path} close={close} />}
      {secret !== undefined && (
        <Secret
          title={t('signingSecret')}
          secret={secret}
          file="florin-webhook-secret.txt"
          done={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

type DialogProps = { path: string; close(): void };

function Rotate({ path, close, made }: DialogProps & { made(secret: string): void }) {
  const [hours, setHours] = useState('24');
  const rotate = useChange<{ secret: string | null }>(({ secret }) => secret !== null && made(secret));
  return (
    <Ask
      opened
      close={close}
      title={t('rotate')}
      text={t('rotateText')}
      verb={t('rotate')}
      busy={rotate.isPending}
      error={rotate.error}
      submit={() => rotate.mutate({ path: `${path}/rotate_secret`, body: { expires_in: Number(hours) * 3600 } })}
    >
      <NativeSelect
        label={t('overlap')}
        value={hours}
        onChange={(event) => setHours(event.currentTarget.value)}
        data={['0', '1', '24', '72'].map((value) => ({
          value,
          label: value === '0' ? t('atOnce') : t('hours', { count: Number(value) }),
        }))}
      />
    </Ask>
  );
}

function Recover({ path, close }: DialogProps) {
  const [since, setSince] = useState(() => new Date(Date.now() - 86_400_000).toISOString().slice(0, 16));
  const recover = useChange<{ deliveries: number }>(({ deliveries }) => {
    toast(t('recovered', { count: deliveries }));
    close();
  });
  const at = new Date(since);
  const wrong = Number.isNaN(at.getTime());
  return (
    <Ask
      opened
      close={close}
      title={t('recover')}
      text={t('recoverText')}
      verb={t('recover')}
      busy={recover.isPending}
      error={recover.error}
      blocked={wrong}
      submit={() => recover.mutate({ path: `${path}/recover`, body: { since: at.toISOString() } })}
    >
      <TextInput
        type="datetime-local"
        label={t('since')}
        value={since}
        onChange={(event) => setSince(event.currentTarget.value)}
      />
    </Ask>
  );
}

function Sure({ path, title, text, close }: DialogProps & { title: string; text: string }) {
  const change = useChange(close);
  return (
    <Ask
      opened
      close={close}
      title={title}
      text={text}
      verb={title}
      busy={change.isPending}
      error={change.error}
      submit={() => change.mutate({ path })}
    />
  );
}

function Remove({ path, close }: DialogProps) {
  const navigate = useNavigate();
  const remove = useChange(() => {
    toast(t('removed'));
    void navigate({ to: '/developers/webhooks' });
  });
  return (
    <Ask
      opened
      close={close}
      title={t('remove')}
      text={t('removeText')}
      verb={t('remove')}
      danger
      busy={remove.isPending}
      error={remove.error}
      submit={() => remove.mutate({ method: 'DELETE', path })}
    />
  );
}
