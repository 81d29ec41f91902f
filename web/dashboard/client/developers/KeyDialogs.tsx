// What is asked before an API key is made, changed or rolled.

import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { APIKey } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { momentOf, wallTime } from '../parts/days.ts';
import { MomentInput } from '../parts/MomentInput.tsx';
import { toast } from '../parts/toast.tsx';
import { EndingInput, endingIn, momentOfEnding } from './Ending.tsx';
import { ScopeInput } from './ScopeInput.tsx';
import { t } from './words.ts';

const day = 86_400;
const linesOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

const IpsInput = ({ value, onChange }: { value: string; onChange(text: string): void }) => (
  <Textarea
    label={t('ips')}
    description={t('ipsHint')}
    autosize
    minRows={2}
    maxRows={6}
    spellCheck={false}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

const NameInput = ({ value, onChange }: { value: string; onChange(text: string): void }) => (
  <TextInput
    label={t('name')}
    required
    maxLength={100}
    data-autofocus
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

export function AddKey({ close, made }: { close(): void; made(key: string): void }) {
  const [kind, setKind] = useState('secret');
  const [name, setName] = useState('');
  const [life, setLife] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [ips, setIps] = useState('');
  const add = useChange<{ key: string | null }>(({ key }) => key !== null && made(key));
  const body = {
    kind,
    name: name.trim(),
    ...(life === '' ? {} : { expires_in: Number(life) * day }),
    ...(kind === 'secret' && scopes.length > 0 ? { scopes } : {}),
    ...(linesOf(ips).length > 0 ? { allowed_ips: linesOf(ips) } : {}),
  };
  return (
    <Ask
      opened
      close={close}
      title={t('addKey')}
      text={t('addKeyText')}
      verb={t('addKey')}
      busy={add.isPending}
      error={add.error}
      blocked={name.trim() === ''}
      submit={() => add.mutate({ path: '/api_keys', body })}
    >
      <NativeSelect
        label={t('kind')}
        data={[
          { value: 'secret', label: t('secret') },
          { value: 'publishable', label: t('publishable') },
        ]}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
      />
      <NameInput value={name} onChange={setName} />
      <NativeSelect
        label={t('lifetime')}
        data={[
          { value: '', label: t('forever') },
          ...[1, 7, 30, 90, 365].map((count) => ({ value: String(count), label: t('days', { count }) })),
        ]}
        value={life}
        onChange={(event) => setLife(event.currentTarget.value)}
      />
      {kind === 'secret' && <ScopeInput value={scopes} onChange={setScopes} />}
      <IpsInput value={ips} onChange={setIps} />
    </Ask>
  );
}

export function EditKey({ apiKey, close }: { apiKey: APIKey; close(): void }) {
  const { zone } = useWho();
  const [name, setName] = useState(apiKey.name);
  const [ips, setIps] = useState(apiKey.allowed_ips.join('\n'));
  const [ends, setEnds] = useState(apiKey.expires_at === null ? '' : 'at');
  const kept = apiKey.expires_at === null ? undefined : wallTime(new Date(apiKey.expires_at), zone);
  const [wall, setWall] = useState(kept ?? wallTime(new Date(Date.now() + 7 * day * 1000), zone));
  const save = useChange(() => {
    toast(t('keySaved'));
    close();
  });
  const moment = momentOf(wall, zone);
  const expires_at = ends === '' ? null : moment?.toISOString();
  // What was not touched is not sent: the field knows minutes only.
  const touched = ends === '' ? apiKey.expires_at !== null : wall !== kept;
  return (
    <Ask
      opened
      close={close}
      title={`${t('editKey')}: ${apiKey.name}`}
      text={t('editKeyText')}
      verb={t('save')}
      busy={save.isPending}
      error={save.error}
      blocked={name.trim() === '' || (ends === 'at' && moment === undefined)}
      submit={() =>
        save.mutate({
          method: 'PATCH',
          path: `/api_keys/${apiKey.id}`,
          body: { name: name.trim(), allowed_ips: linesOf(ips), ...(touched ? { expires_at } : {}) },
        })
      }
    >
      <NameInput value={name} onChange={setName} />
      <NativeSelect
        label={t('endsAt')}
        data={[
          { value: '', label: t('endsNever') },
          { value: 'at', label: t('endsAtTime') },
        ]}
        value={ends}
        onChange={(event) => setEnds(event.currentTarget.value)}
      />
      {ends === 'at' && <MomentInput label={t('when', { zone })} zone={zone} value={wall} onChange={setWall} />}
      <IpsInput value={ips} onChange={setIps} />
    </Ask>
  );
}

type RollProps = { apiKey: APIKey; close(): void; made(key: string): void };

export function RollKey({ apiKey, close, made }: RollProps) {
  const { zone } = useWho();
  const [ending, setEnding] = useState(() => endingIn(zone));
  const roll = useChange<{ key: string | null }>(({ key }) => key !== null && made(key));
  const at = momentOfEnding(ending, zone);
  return (
    <Ask
      opened
      close={close}
      title={`${t('roll')}: ${apiKey.name}`}
      text={t('rollText')}
      verb={t('roll')}
      busy={roll.isPending}
      error={roll.error}
      blocked={at === null}
      submit={() =>
        roll.mutate({
          path: `/api_keys/${apiKey.id}/roll`,
          body: at === undefined ? {} : { old_key_expires_at: at },
        })
      }
    >
      <EndingInput label={t('oldEnds')} value={ending} set={setEnding} />
    </Ask>
  );
}
