// One payment link: its address to copy and as a QR code, what it sells, and how often it was used.

import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PaymentLink } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Go, Id, Status, When } from '../parts/Bits.tsx';
import { momentOf } from '../parts/days.ts';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { PriceName } from '../parts/PriceName.tsx';
import { Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { AroundFields, aroundBody, aroundOf } from './Around.tsx';
import { usedText } from './PaymentLinks.tsx';
import { t } from './words.ts';

export function PaymentLinkPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<PaymentLink>(`/payment_links/${id}`);
  const link = found.data;
  const above = (
    <Text size="sm">
      <Go to="/products/links">{t('title')}</Go>
    </Text>
  );
  if (!link)
    return (
      <Page title={t('link')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  return (
    <Page
      title={t('link')}
      above={above}
      beside={
        <>
          <Status of={link.status} />
          <Id id={link.id} />
        </>
      }
      actions={can('payment_links:write') && <Actions link={link} />}
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Address link={link} />
        <Options link={link} />
      </SimpleGrid>
      <Section title={t('sells')} flush>
        <Table
          label={t('sells')}
          rows={link.line_items.map((line) => ({ ...line, id: line.price }))}
          columns={[
            {
              key: 'price',
              label: t('price'),
              cell: (line) => (
                <Go to={`/products/prices/${line.price}`}>
                  <PriceName id={line.price} currency={link.currency} />
                </Go>
              ),
            },
            { key: 'quantity', label: t('quantity'), cell: (line) => line.quantity },
            {
              key: 'chosen',
              label: t('adjustable'),
              cell: ({ adjustable_quantity: bounds }) =>
                bounds === null ? t('no') : t('between', { least: bounds.minimum, most: bounds.maximum }),
            },
          ]}
        />
      </Section>
    </Page>
  );
}

function Address({ link }: { link: PaymentLink }) {
  const [copied, setCopied] = useState(false);
  return (
    <Section title={t('url')}>
      <div className="link-address">
        <img className="qr" src={link.qr_code_url} alt={t('qrOf')} width={200} height={200} />
        <Stack gap="sm" className="grow">
          <code className="address">{link.url}</code>
          <Group gap="xs">
            <Button onClick={() => void navigator.clipboard?.writeText(link.url).then(() => setCopied(true))}>
              {copied ? t('copied') : t('copy')}
            </Button>
          </Group>
          <Text size="sm">
            <a className="go" href={link.url} target="_blank" rel="noreferrer">
              {t('open')}
            </a>
          </Text>
          <Text size="sm">
            <a className="go" href={link.qr_code_url} download={`${link.id}.svg`}>
              {t('download')}
            </a>
          </Text>
        </Stack>
      </div>
    </Section>
  );
}

function Options({ link }: { link: PaymentLink }) {
  return (
    <Section title={t('options')}>
      <Fields
        of={[
          [t('used'), usedText(link)],
          [t('currency'), link.currency],
          [t('expires'), link.expires_at === null ? t('never') : <When key="end" at={link.expires_at} />],
          [t('promotion'), link.allow_promotion_codes ? t('yes') : t('no')],
          [
            t('tax'),
            link.automatic_tax
              ? [link.tax_address?.country, link.tax_address?.state].filter(Boolean).join(', ')
              : t('no'),
          ],
          link.success_url !== null && [t('successUrl'), link.success_url],
          link.success_message !== null && [t('message'), link.success_message],
          link.custom_text !== null && [t('custom'), link.custom_text],
          link.merchant_reference !== null && [t('reference'), <Id key="ref" id={link.merchant_reference} />],
          [t('created'), <When key="at" at={link.created_at} />],
          ...Object.entries(link.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Actions({ link }: { link: PaymentLink }) {
  const { zone } = useWho();
  const [asking, setAsking] = useState<'edit' | 'close'>();
  const [around, setAround] = useState(() => aroundOf(link, zone));
  const close = () => setAsking(undefined);
  const path = `/payment_links/${link.id}`;
  const save = useChange(() => {
    toast(t('saved'));
    close();
  });
  const end = useChange(() => {
    toast(t('closed'));
    close();
  });
  const reopen = useChange(() => toast(t('reopened')));
  const first = aroundOf(link, zone);
  const body = aroundBody(around, (wall) => momentOf(wall, zone)?.toISOString(), true);
  // A time that nobody touched is not sent: it may have passed.
  const sent = body && (around.expires === first.expires ? { ...body, expires_at: undefined } : body);
  return (
    <>
      <Act
        label={t('edit')}
        why={undefined}
        act={() => {
          setAround(first);
          setAsking('edit');
        }}
      />
      {link.active ? (
        <Act label={t('close')} why={undefined} act={() => setAsking('close')} />
      ) : (
        <Act
          label={t('reopen')}
          why={undefined}
          act={() => reopen.mutate({ method: 'PATCH', path, body: { active: true } })}
        />
      )}
      <Refused error={reopen.error} />
      <Ask
        opened={asking === 'edit'}
        close={close}
        title={t('edit')}
        verb={t('save')}
        busy={save.isPending}
        error={save.error}
        blocked={sent === undefined}
        submit={() => save.mutate({ method: 'PATCH', path, body: sent })}
      >
        <AroundFields of={around} onChange={setAround} />
      </Ask>
      <Ask
        opened={asking === 'close'}
        close={close}
        title={t('close')}
        text={t('closeText')}
        verb={t('close')}
        danger
        busy={end.isPending}
        error={end.error}
        submit={() => end.mutate({ method: 'PATCH', path, body: { active: false } })}
      />
    </>
  );
}
