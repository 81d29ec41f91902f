// Signing in: password, then the second step, which is set up the first time. What is typed is sent and kept nowhere.

import { Button, Checkbox, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { request } from '../data/request.ts';
import { sessionKey } from '../data/session.tsx';
import { Go } from '../parts/Bits.tsx';
import { Refused } from '../parts/Page.tsx';
import { SecretText } from '../parts/Secret.tsx';
import { Gate } from './Gate.tsx';
import { SecondStep, type Step } from './SecondStep.tsx';
import { t } from './words.ts';

export function SignIn() {
  const client = useQueryClient();
  const router = useRouter();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [step, setStep] = useState<Step>();
  const [codes, setCodes] = useState<string[]>();

  const enter = async () => {
    client.removeQueries({ queryKey: sessionKey });
    // Only a path of our own: an address in a link must not lead anywhere else.
    const own = next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
    const { pathname, searchParams } = new URL(own, location.origin);
    await router.navigate({ to: pathname, search: Object.fromEntries(searchParams) });
  };
  const signIn = useMutation({
    mutationFn: () =>
      request<Step & { next: 'totp' | 'enrol_totp' | 'done' }>('POST', '/sign_in', { body: { email, password } }),
    onSuccess: async (answer) => {
      setPassword('');
      if (answer.next === 'done') await enter();
      else setStep(answer);
    },
  });

  if (codes) return <Codes codes={codes} done={() => void enter()} />;
  if (step)
    return (
      <SecondStep
        step={step}
        back={() => setStep(undefined)}
        done={(recovery) => (recovery && recovery.length > 0 ? setCodes(recovery) : void enter())}
      />
    );
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <Gate title={t('signIn')}>
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
          <PasswordInput
            label={t('password')}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Refused error={signIn.error} />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t('signIn')}
          </Button>
          <Text size="sm" ta="center">
            <Go to="/reset">{t('forgot')}</Go>
          </Text>
        </Stack>
      </form>
    </Gate>
  );
}

function Codes({ codes, done }: { codes: string[]; done(): void }) {
  const [stored, setStored] = useState(false);
  return (
    <Gate title={t('codes')}>
      <Text size="sm">{t('codesWhy')}</Text>
      <SecretText secret={codes} file="florin-recovery-codes.txt" />
      <Checkbox label={t('stored')} checked={stored} onChange={(event) => setStored(event.currentTarget.checked)} />
      <Button disabled={!stored} onClick={done}>
        {t('go')}
      </Button>
    </Gate>
  );
}
