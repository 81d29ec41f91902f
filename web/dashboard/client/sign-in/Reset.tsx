// A forgotten password: asking for the link, and using it.

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { request } from '../data/request.ts';
import { Go } from '../parts/Bits.tsx';
import { Refused } from '../parts/Page.tsx';
import { Gate } from './Gate.tsx';
import { NewPassword } from './NewPassword.tsx';
import { t } from './words.ts';

export function AskReset() {
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => request('POST', '/password_resets', { body: { email } }) });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Gate title={t('reset')}>
      {ask.isSuccess ? (
        <Text role="status">{t('resetSent')}</Text>
      ) : (
        <form onSubmit={onSubmit}>
          <Stack>
            <TextInput
              label={t('email')}
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <Refused error={ask.error} />
            <Button type="submit" loading={ask.isPending}>
              {t('resetAsk')}
            </Button>
          </Stack>
        </form>
      )}
      <Go to="/sign-in">{t('back')}</Go>
    </Gate>
  );
}

export function Reset() {
  const { token } = useParams({ strict: false }) as { token: string };
  const confirm = useMutation({
    mutationFn: (password: string) => request('POST', '/password_resets/confirm', { body: { token, password } }),
  });
  return (
    <Gate title={t('resetNew')}>
      {confirm.isSuccess ? (
        <Text role="status">{t('resetDone')}</Text>
      ) : (
        <NewPassword verb={t('save')} busy={confirm.isPending} error={confirm.error} submit={confirm.mutate} />
      )}
      <Go to="/sign-in">{t('back')}</Go>
    </Gate>
  );
}
