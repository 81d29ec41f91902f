// What the account is set to. Its operator changes it, so here it is only shown.

import { Text } from '@mantine/core';
import { useRead } from '../data/api.ts';
import type { Account } from '../data/types.ts';
import { money } from '../parts/amount.ts';
import { Id } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

export function AccountSettings() {
  const found = useRead<Account>('/account');
  const account = found.data;
  return (
    <Page title={t('title')}>
      <SettingsTabs />
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {account && (
        <Section title={t('account')}>
          <Fields
            of={[
              ['Id', <Id key="id" id={account.id} />],
              [t('mode'), named(account.mode)],
              [t('currency'), account.currency],
              [t('zone'), account.time_zone],
              [t('country'), account.country],
              [t('delay'), t('delayDays', { count: account.settlement_delay_days })],
              [t('schedule'), named(account.payout_schedule)],
              [t('minimum'), money(account.payout_minimum, account.currency)],
              [t('overdraft'), money(account.overdraft_limit, account.currency)],
              [t('funding'), named(account.refund_funding)],
              [
                t('warnings'),
                account.fraud_warning_refund_limit === null
                  ? t('off')
                  : money(account.fraud_warning_refund_limit, account.currency),
              ],
              [
                t('fees'),
                (account.fee_schedule.rules ?? []).map((rule) => feeText(rule, account.currency)).join(' · ') ||
                  t('off'),
              ],
            ]}
          />
          <Text size="sm" mt="md" className="faint">
            {t('operatorOnly')}
          </Text>
        </Section>
      )}
    </Page>
  );
}

type Rule = { bps: number; fixed: number; currency?: string | undefined; region?: string | undefined };

const feeText = (rule: Rule, own: string): string =>
  [
    t('feeRule', { percent: rule.bps / 100, fixed: money(rule.fixed, rule.currency ?? own) }),
    rule.region === undefined ? '' : `(${named(rule.region)})`,
  ]
    .join(' ')
    .trim();
