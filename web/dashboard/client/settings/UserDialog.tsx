// An invitation, or other roles and merchants for somebody who is there.

import { Checkbox, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Person } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

const roles = ['admin', 'developer', 'operations', 'finance'] as const;

export function UserDialog({ person, close }: { person?: Person; close(): void }) {
  const { session, merchant } = useWho();
  const [email, setEmail] = useState('');
  const [held, setHeld] = useState<string[]>(person?.roles ?? []);
  const [merchants, setMerchants] = useState<string[]>(person?.merchants ?? (merchant ? [merchant.id] : []));
  const save = useChange(() => {
    toast(person ? t('saved') : t('invited'));
    close();
  });
  // Merchants that the caller does not see stay with the person.
  const unseen = (person?.merchants ?? []).filter((id) => !session.merchants.some((one) => one.id === id));
  const body = { roles: held, merchants: [...new Set([...merchants, ...unseen])] };
  return (
    <Ask
      opened
      close={close}
      title={person ? `${t('edit')}: ${person.email}` : t('invite')}
      text={person ? t('editText') : t('inviteText')}
      verb={person ? t('save') : t('invite')}
      busy={save.isPending}
      error={save.error}
      blocked={held.length === 0 || merchants.length === 0 || (!person && !email.includes('@'))}
      submit={() =>
        save.mutate(
          person
            ? { method: 'PATCH', path: `/users/${person.id}`, body }
            : { path: '/users', body: { email: email.trim(), ...body } },
        )
      }
    >
      {!person && (
        <TextInput
          label={t('email')}
          type="email"
          required
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      )}
      <Checkbox.Group label={t('roles')} value={held} onChange={setHeld}>
        <Stack gap="xs" mt={6}>
          {roles.map((role) => (
            <Checkbox key={role} value={role} label={t(role)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Checkbox.Group label={t('worksFor')} value={merchants} onChange={setMerchants}>
        <Stack gap="xs" mt={6}>
          {session.merchants.map((one) => (
            <Checkbox key={one.id} value={one.id} label={one.name} />
          ))}
        </Stack>
      </Checkbox.Group>
    </Ask>
  );
}
