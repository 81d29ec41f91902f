// Asks before a payout is taken back.

import { Text } from '@mantine/core';
import { useChange } from '../data/api.ts';
import type { Payout } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { money } from '../parts/amount.ts';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

export function CancelPayout({ payout, close }: { payout: Payout; close(): void }) {
  const cancel = useChange(() => {
    toast(t('cancelled'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('cancelTitle')}
      text={
        <Text size="sm">
          {money(payout.amount, payout.currency)} · {t('cancelText')}
        </Text>
      }
      verb={t('cancelTitle')}
      back={t('cancelBack')}
      danger
      busy={cancel.isPending}
      error={cancel.error}
      submit={() => cancel.mutate({ path: `/payouts/${payout.id}/cancel` })}
    />
  );
}
