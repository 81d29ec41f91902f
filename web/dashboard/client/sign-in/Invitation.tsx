// The link of an invitation: who it is for, and the password they choose.

import { Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../data/request.ts';
import { Go } from '../parts/Bits.tsx';
import { Refused, Waiting } from '../parts/Page.tsx';
import { Gate } from './Gate.tsx';
import { NewPassword } from './NewPassword.tsx';
import { t } from './words.ts';

export function Invitation() {
  const { token } = useParams({ strict: false }) as { token: string };
  const path = `/invitations/${encodeURIComponent(token)}`;
  const [nickname, setNickname] = useState('');
  const found = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => request<{ email: string }>('GET', path, { signal }),
    retry: false,
  });
  const accept = useMutation({
    mutationFn: (password: string) =>
      request('POST', `${path}/accept`, {
        body: { password, ...(nickname.trim() === '' ? {} : { nickname: nickname.trim() }) },
      }),
  });
  return (
    <Gate title={t('invited')}>
      {found.isPending && <Waiting lines={3} />}
      <Refused error={found.error} />
      {accept.isSuccess ? (
        <Text role="status">{t('accepted')}</Text>
      ) : (
        found.data && (
          <>
            <Text size="sm">{t('invitedTo', { email: found.data.email })}</Text>
            <NewPassword verb={t('accept')} busy={accept.isPending} error={accept.error} submit={accept.mutate}>
              <TextInput
                label={t('nickname')}
                autoComplete="nickname"
                maxLength={60}
                value={nickname}
                onChange={(event) => setNickname(event.currentTarget.value)}
              />
            </NewPassword>
          </>
        )
      )}
      <Go to="/sign-in">{t('signIn')}</Go>
    </Gate>
  );
}
