// Which mails customers get and how they look: a switch for each kind, and the mail itself beside it, made by the server.

import {
  Alert,
  Button,
  Checkbox,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { EMailPreview, EMailSettings } from '../data/types.ts';
import { EmailList } from '../parts/EmailList.tsx';
import { Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { basePath } from '../place.ts';
import { t } from './emails-words.ts';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t as common } from './words.ts';

const kinds = [
  'payment_receipt',
  'refund_receipt',
  'invoice_issued',
  'invoice_sent',
  'invoice_reminder',
  'invoice_paid',
  'payment_failed',
  'trial_ending',
  'renewal_upcoming',
  'card_expiring',
  'subscription_canceled',
  'portal_link',
] as const;
/** Sent whatever is switched on: they keep a customer's account theirs. */
const always = ['email_confirmation', 'email_change'] as const;
const shown = [...kinds, ...always];
type Kind = (typeof shown)[number];

const languages = ['en', 'de', 'fr', 'es', 'ar'];
const languageName = (code: string): string => new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;

export function Emails() {
  const found = useRead<EMailSettings>('/email_settings');
  const [kind, setKind] = useState<Kind>('invoice_paid');
  return (
    <Page title={common('title')}>
      <SettingsTabs />
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {found.data && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <Stack>
            <Switches settings={found.data} kind={kind} show={setKind} />
            <Sender settings={found.data} />
          </Stack>
          <Preview kind={kind} show={setKind} usual={found.data.language ?? 'en'} />
        </SimpleGrid>
      )}
      <EmailList title={t('list')} />
    </Page>
  );
}

const isChosen = (kind: Kind): kind is (typeof kinds)[number] => kinds.some((one) => one === kind);

type SwitchProps = { settings: EMailSettings; kind: Kind; show(kind: Kind): void };

function Switches({ settings, kind, show }: SwitchProps) {
  const { can, account } = useWho();
  const writes = can('emails:write');
  // Shown as it was pressed, and as it was before when the server refuses.
  const [pressed, setPressed] = useState<Partial<Record<Kind | 'enabled', boolean>>>({});
  const change = useChange(() => toast(t('saved')));
  const press = (one: Kind | 'enabled', on: boolean) => {
    setPressed({ ...pressed, [one]: on });
    const body = { [one]: on };
    change.mutate({ method: 'PATCH', path: '/email_settings', body }, { onError: () => setPressed({}) });
  };
  const enabled = pressed.enabled ?? settings.enabled;
  return (
    <Section title={t('title')}>
      <Stack gap="sm">
        <Text size="sm">
          {t('text')} {account?.mode === 'sandbox' && t('sandbox')}
        </Text>
        <Refused error={change.error} />
        {!enabled && <Alert color="yellow">{t('nobody')}</Alert>}
        <Switch
          label={t('enabled')}
          description={t('enabledHint')}
          checked={enabled}
          disabled={!writes}
          onChange={(event) => press('enabled', event.currentTarget.checked)}
        />
        {shown.map((one) => (
          <Group key={one} gap="sm" justify="space-between" align="start" wrap="nowrap">
            <Checkbox
              label={t(one)}
              description={t(`${one}Hint`)}
              checked={isChosen(one) ? (pressed[one] ?? settings[one]) : true}
              disabled={!writes || !isChosen(one)}
              onChange={(event) => press(one, event.currentTarget.checked)}
            />
            <Button
              size="compact-xs"
              flex="none"
              variant={kind === one ? 'filled' : 'default'}
              aria-pressed={kind === one}
              onClick={() => show(one)}
            >
              {t('show')}
              <span className="sr">: {t(one)}</span>
            </Button>
          </Group>
        ))}
        {!writes && (
          <Text size="xs" className="faint">
            {t('readOnly')}
          </Text>
        )}
      </Stack>
    </Section>
  );
}

function Sender({ settings }: { settings: EMailSettings }) {
  const { can } = useWho();
  const writes = can('emails:write');
  const [from, setFrom] = useState(settings.from_name ?? '');
  const [reply, setReply] = useState(settings.reply_to ?? '');
  const [language, setLanguage] = useState<string>(settings.language ?? '');
  const save = useChange(() => toast(t('saved')));
  const said = (text: string) => (text.trim() === '' ? null : text.trim());
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = { from_name: said(from), reply_to: said(reply), language: said(language) };
    save.mutate({ method: 'PATCH', path: '/email_settings', body });
  };
  return (
    <Section title={t('sender')}>
      <form onSubmit={onSubmit}>
        <Stack>
          <TextInput
            label={t('from')}
            description={t('fromHint')}
            maxLength={100}
            readOnly={!writes}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            label={t('reply')}
            description={t('replyHint')}
            inputMode="email"
            maxLength={254}
            readOnly={!writes}
            value={reply}
            onChange={(event) => setReply(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('language')}
            disabled={!writes}
            value={language}
            onChange={(event) => setLanguage(event.currentTarget.value)}
            data={[
              { value: '', label: t('english') },
              ...languages.map((code) => ({ value: code, label: languageName(code) })),
            ]}
          />
          <Refused error={save.error} />
          {writes && (
            <Group justify="flex-end">
              <Button type="submit" loading={save.isPending}>
                {t('save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}

function Preview({ kind, show, usual }: { kind: Kind; show(kind: Kind): void; usual: string }) {
  const { account, can } = useWho();
  const [chosen, setChosen] = useState<string>();
  const language = chosen ?? usual;
  const mail = useRead<EMailPreview>('/emails/preview', { kind, language }, { keep: true });
  const test = useChange<{ to: string }>(({ to }) => toast(t('tested', { to })));
  const query = new URLSearchParams({ account: account?.id ?? '', kind, language }).toString();
  return (
    <Section
      title={t('preview')}
      actions={
        can('emails:write') && (
          <Button
            size="xs"
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate({ path: '/emails/send_test', body: { kind, language } })}
          >
            {t('test')}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Refused error={test.error ?? mail.error} />
        <SimpleGrid cols={2}>
          <NativeSelect
            label={t('kind')}
            value={kind}
            onChange={(event) => show(shown.find((one) => one === event.currentTarget.value) ?? kind)}
            data={shown.map((value) => ({ value, label: t(value) }))}
          />
          <NativeSelect
            label={t('previewLanguage')}
            value={language}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={languages.map((code) => ({ value: code, label: languageName(code) }))}
          />
        </SimpleGrid>
        <Text size="sm">
          <span className="faint">{t('subject')}:</span>{' '}
          <strong data-testid="subject">{mail.data?.subject ?? '…'}</strong>
        </Text>
        {/* Another element for another mail: a frame that is sent elsewhere would become a step of the browser's history. */}
        <iframe
          key={query}
          className="preview mail"
          title={t('frame')}
          sandbox="allow-same-origin"
          tabIndex={-1}
          src={`${basePath}/dashboard/email-preview?${query}`}
        />
        <Text size="xs" className="faint">
          {t('previewHint')}
        </Text>
      </Stack>
    </Section>
  );
}
