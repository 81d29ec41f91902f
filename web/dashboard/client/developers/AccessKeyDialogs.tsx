// What is asked before an access key is made, changed, given a new secret, or ended.

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { AccessKey } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { toast } from '../parts/toast.tsx';
import { EndingInput, endingIn, momentOfEnding } from './Ending.tsx';
import { ScopeInput } from './ScopeInput.tsx';
import { t } from './words.ts';

type WithSecret = AccessKey & { secret: string | null };
type Made = { made(key: WithSecret): void };
type Given = { accessKey: AccessKey; close(): void };

export function AccessKeyDialog({ accessKey, close, made }: { accessKey?: AccessKey; close(): void } & Made) {
  const [name, setName] = useState(accessKey?.name ?? '');
  const [scopes, setScopes] = useState<string[]>(accessKey?.scopes ?? []);
  const save = useChange<WithSecret>((key) => {
    if (!accessKey) return made(key);
    toast(t('accessSaved'));
    close();
  });
  const body = { name: name.trim(), scopes };
  const verb = accessKey ? t('save') : t('addAccessKey');
  return (
    <Ask
      opened
      close={close}
      title={accessKey ? `${t('editAccess')}: ${accessKey.name}` : t('addAccessKey')}
      {...(accessKey ? {} : { text: t('accessKeyText') })}
      verb={verb}
      busy={save.isPending}
      error={save.error}
      blocked={name.trim() === '' || scopes.length === 0}
      submit={() =>
        save.mutate(
          accessKey ? { method: 'PATCH', path: `/access_keys/${accessKey.id}`, body } : { path: '/access_keys', body },
        )
      }
    >
      <TextInput
        label={t('name')}
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <ScopeInput required value={scopes} onChange={setScopes} />
    </Ask>
  );
}

export function RotateAccess({ accessKey, close, made }: Given & Made) {
  const { zone } = useWho();
  const [ending, setEnding] = useState(() => endingIn(zone));
  const rotate = useChange<WithSecret>(made);
  const at = momentOfEnding(ending, zone);
  return (
    <Ask
      opened
      close={close}
      title={`${t('rotateSecret')}: ${accessKey.name}`}
      text={t('rotateSecretText')}
      verb={t('rotateSecret')}
      busy={rotate.isPending}
      error={rotate.error}
      blocked={at === null}
      submit={() =>
        rotate.mutate({
          path: `/access_keys/${accessKey.id}/rotate_secret`,
          body: at === undefined ? {} : { old_secret_expires_at: at },
        })
      }
    >
      <EndingInput label={t('oldSecretEnds')} value={ending} set={setEnding} />
    </Ask>
  );
}

export function RevokeAccess({ accessKey, close }: Given) {
  const revoke = useChange(() => {
    toast(t('revoked'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={`${t('revoke')}: ${accessKey.name}`}
      text={t('revokeAccess')}
      verb={t('revoke')}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      submit={() => revoke.mutate({ method: 'DELETE', path: `/access_keys/${accessKey.id}` })}
    />
  );
}
