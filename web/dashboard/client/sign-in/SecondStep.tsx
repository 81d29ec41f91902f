// The second step: six digits, or a recovery code; the first time with the picture that sets the authenticator up.

import { Button, Code, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { request } from '../data/request.ts';
import { Refused } from '../parts/Page.tsx';
import { Gate } from './Gate.tsx';
import { t } from './words.ts';

export type Step = { challenge: string; totp?: { secret: string; uri: string; qr_svg: string } | null };
type Done = { recovery_codes?: string[] | null };

type Props = { step: Step; back(): void; done(recovery_codes: string[] | undefined): void };

export function SecondStep({ step, back, done }: Props) {
  const [code, setCode] = useState('');
  const [byRecovery, setByRecovery] = useState(false);
  const { challenge, totp } = step;
  const enter = useMutation({
    mutationFn: () => {
      const body = byRecovery
        ? { challenge, recovery_code: code.trim() }
        : { challenge, code: code.replaceAll(/\s/g, '') };
      return request<Done>('POST', '/sign_in/totp', { body });
    },
    onSuccess: (answer) => done(answer?.recovery_codes ?? undefined),
    onError: () => setCode(''),
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Gate title={totp ? t('enrol') : t('twoSteps')}>
      {totp && (
        <Stack align="center" gap="sm">
          <Text size="sm">{t('enrolWhy')}</Text>
          {/* As a picture, not as markup: what stands in it cannot act. */}
          <img className="qr" alt={t('qr')} src={`data:image/svg+xml,${encodeURIComponent(totp.qr_svg)}`} />
          <Text size="xs" className="faint">
            {t('byHand')}
          </Text>
          <Code data-testid="totp-secret" className="secret">
            {totp.secret}
          </Code>
        </Stack>
      )}
      <form onSubmit={onSubmit}>
        <Stack>
          <TextInput
            key={byRecovery ? 'recovery' : 'code'}
            label={byRecovery ? t('recovery') : t('code')}
            {...(byRecovery ? {} : { placeholder: t('codeHint'), inputMode: 'numeric' as const })}
            autoComplete="one-time-code"
            data-autofocus
            autoFocus
            required
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Refused error={enter.error} />
          <Button type="submit" loading={enter.isPending} fullWidth>
            {t('go')}
          </Button>
          {!totp && (
            <UnstyledButton className="go" onClick={() => setByRecovery(!byRecovery)}>
              <Text size="sm" ta="center">
                {byRecovery ? t('useCode') : t('useRecovery')}
              </Text>
            </UnstyledButton>
          )}
          <UnstyledButton className="go" onClick={back}>
            <Text size="sm" ta="center">
              {t('back')}
            </Text>
          </UnstyledButton>
        </Stack>
      </form>
    </Gate>
  );
}
