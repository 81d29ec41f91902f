// The evidence of a dispute: a text and files of a named kind. A draft may be saved and changed; submitted, it is only shown.

import { ActionIcon, Button, FileButton, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { save as keep, Refusal, request } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import type { Dispute } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Refused, Section } from '../parts/Page.tsx';
import { base64 } from '../parts/picture.ts';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

const kinds = [
  'additional_evidence',
  'proof_of_delivery_or_service',
  'proof_of_delivery_or_service_date',
  'invoice_or_receipt',
  'invoice_showing_distinct_transactions',
  'customer_communication',
  'refund_or_cancellation_policy',
  'recurring_transaction_agreement',
];
const most = 5 * 1024 * 1024;

type Item = { type: string; file: string; name: string };

export function Evidence({ dispute, why }: { dispute: Dispute; why: string | undefined }) {
  const { account } = useWho();
  const [text, setText] = useState(dispute.evidence.text ?? '');
  const [items, setItems] = useState<Item[]>(() =>
    dispute.evidence.items.flatMap(({ type, file }) => (file ? [{ type, file, name: file }] : [])),
  );
  const [kind, setKind] = useState(kinds[0] ?? '');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const [asking, setAsking] = useState(false);
  const save = useChange(() => toast(t('saved')));
  const submit = useChange(() => {
    toast(t('challengeDone'));
    setAsking(false);
  });
  // Items without a file, and files without a kind, came from the API; they stay as they are.
  const kept = dispute.evidence.items.filter(({ file }) => !file);
  const body = {
    text: text.trim() === '' ? null : text.trim(),
    items: [
      ...kept.map(({ type, text: said }) => ({ type, ...(said ? { text: said } : {}) })),
      ...items.map(({ type, file }) => ({ type, file })),
    ],
  };
  const upload = async (file: File | null) => {
    if (!file) return;
    setRefused(undefined);
    if (file.size > most) {
      setRefused(new Refusal({ status: 0, code: 'body_too_large', detail: t('tooLarge', { name: file.name }) }));
      return;
    }
    setBusy(true);
    try {
      const made = await request<{ id: string }>('POST', '/files', {
        account: account?.id,
        body: { name: file.name, purpose: 'dispute_evidence', content_base64: await base64(file) },
      });
      setItems((now) => [...now, { type: kind, file: made.id, name: file.name }]);
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const open = why === undefined;
  return (
    <Section title={t('evidence')}>
      <Stack>
        <Textarea
          label={t('text')}
          description={open ? t('textHint') : undefined}
          autosize
          minRows={3}
          maxRows={14}
          readOnly={!open}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ul className="plain">
          {items.map((item) => (
            <li key={item.file}>
              <Text size="sm" component="span">
                {named(item.type)}: <FileLink id={item.file} name={item.name} />
              </Text>
              {open && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={t('remove', { name: item.name })}
                  onClick={() => setItems(items.filter((one) => one !== item))}
                >
                  ×
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
        {open && (
          <Group align="end" gap="xs">
            <NativeSelect
              label={t('kind')}
              data={kinds.map((value) => ({ value, label: named(value) }))}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value)}
            />
            <FileButton accept="application/pdf,image/png,image/jpeg" onChange={(file) => void upload(file)}>
              {(props) => (
                <Button {...props} variant="default" loading={busy}>
                  {t('addFile')}
                </Button>
              )}
            </FileButton>
            <Text size="xs" className="faint">
              {t('filesHint')}
            </Text>
          </Group>
        )}
        <Refused error={refused ?? save.error} />
        {open && (
          <Group justify="flex-end" gap="xs">
            <Button
              variant="default"
              loading={save.isPending}
              onClick={() => save.mutate({ method: 'PATCH', path: `/disputes/${dispute.id}`, body })}
            >
              {t('saveDraft')}
            </Button>
            <Button disabled={body.text === null && body.items.length === 0} onClick={() => setAsking(true)}>
              {t('challenge')}
            </Button>
          </Group>
        )}
      </Stack>
      <Ask
        opened={asking}
        close={() => setAsking(false)}
        title={t('challenge')}
        text={t('challengeText')}
        verb={t('challenge')}
        busy={submit.isPending}
        error={submit.error}
        submit={() => submit.mutate({ path: `/disputes/${dispute.id}/challenge`, body })}
      />
    </Section>
  );
}

function FileLink({ id, name }: { id: string; name: string }) {
  const { account } = useWho();
  const open = async () => {
    const file = await request<{ type: string; content_base64: string }>('GET', `/files/${id}/content`, {
      account: account?.id,
    });
    const bytes = Uint8Array.from(atob(file.content_base64), (letter) => letter.charCodeAt(0));
    keep(new Blob([bytes], { type: file.type }), name);
  };
  return (
    <button type="button" className="link" onClick={() => void open()}>
      {name}
    </button>
  );
}
