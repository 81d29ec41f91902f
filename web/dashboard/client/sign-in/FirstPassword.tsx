// After the first sign-in with a printed password: one's own is chosen before anything else opens. The server keeps to it; this page
// only asks.

import { Button, PasswordInput, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../data/request.ts';
import { sessionKey } from '../data/session.tsx';
import { Gate } from './Gate.tsx';
import { NewPassword } from './NewPassword.tsx';
import { t } from './words.ts';

export function FirstPassword({ email }: { email: string }) {
  const client = useQueryClient();
  const [printed, setPrinted] = useState('');
  const again = () => client.invalidateQueries({ queryKey: sessionKey });
  const choose = useMutation({
    mutationFn: (new_password: string) =>
      request('POST', '/profile/password', { body: { current_password: printed, new_password } }),
    onSuccess: again,
  });
  const leave = useMutation({ mutationFn: () => request('POST', '/sign_out', { body: {} }), onSettled: again });
  return (
    <Gate title={t('ownPassword')}>
      <Text size="sm">{t('ownPasswordWhy')}</Text>
      <NewPassword verb={t('save')} busy={choose.isPending} error={choose.error} submit={choose.mutate}>
        {/* For a browser that keeps passwords: whose this is. */}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label={t('printed')}
          autoComplete="current-password"
          required
          value={printed}
          onChange={(event) => setPrinted(event.currentTarget.value)}
        />
      </NewPassword>
      <Button variant="subtle" loading={leave.isPending} onClick={() => leave.mutate()}>
        {t('signOut')}
      </Button>
    </Gate>
  );
}
