// Choosing a password, typed twice, for an invitation or a reset.

import { Button, PasswordInput, Stack } from '@mantine/core';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { Refused } from '../parts/Page.tsx';
import { t } from './words.ts';

type Props = { verb: string; busy: boolean; error: unknown; submit(password: string): void; children?: ReactNode };

export function NewPassword({ verb, busy, error, submit, children }: Props) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const differ = again !== '' && again !== password;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (password !== '' && password === again) submit(password);
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {children}
        <PasswordInput
          label={t('newPassword')}
          description={t('passwordHint')}
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('repeat')}
          autoComplete="new-password"
          required
          value={again}
          error={differ ? t('differ') : undefined}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Refused error={error} />
        <Button type="submit" loading={busy} disabled={password === '' || password !== again}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}
