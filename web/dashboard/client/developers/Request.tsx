// One call of the API: who made it, how it ended, what was sent and answered as far as it is kept, and the events it caused.

import { Code, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useRead } from '../data/api.ts';
import type { RequestLog } from '../data/types.ts';
import { Go, Id, When } from '../parts/Bits.tsx';
import { objectPage } from '../parts/object-page.ts';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { ResultCode } from './ResultCode.tsx';
import { t } from './words.ts';

type WithBodies = RequestLog & { request_body: unknown; response_body: unknown };

export function RequestPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useRead<WithBodies>(`/request_logs/${id}`);
  const call = found.data;
  const above = (
    <Text size="sm">
      <Go to="/developers/requests">{t('requests')}</Go>
    </Text>
  );
  if (!call)
    return (
      <Page title={t('request')} above={above} beside={<Id id={id} />}>
        {found.error ? (
          <>
            <Refused error={found.error} retry={() => void found.refetch()} />
            <Text size="sm">{t('gone')}</Text>
          </>
        ) : (
          <Waiting />
        )}
      </Page>
    );
  const page = call.object_id === null ? undefined : objectPage(call.object_id);
  return (
    <Page
      title={`${call.method} ${call.path}`}
      above={above}
      beside={
        <>
          <ResultCode of={call.status} code={null} />
          <Id id={call.id} />
        </>
      }
    >
      <Section>
        <Fields
          of={[
            [t('created'), <When key="at" at={call.created_at} />],
            [t('took'), t('milliseconds', { count: call.duration_ms })],
            call.code !== null && [t('code'), <code key="code">{call.code}</code>],
            [t('kind'), named(call.caller.kind)],
            [t('caller'), call.caller.id && <Id key="caller" id={call.caller.id} />],
            call.object_id !== null && [
              t('object'),
              <span key="object" className="request">
                <Id id={call.object_id} />
                {page !== undefined && <Go to={page}>{t('open')}</Go>}
              </span>,
            ],
            call.query !== null && [t('query'), <code key="query">{call.query}</code>],
            [t('address'), call.address],
            [t('browser'), call.user_agent],
            [t('api'), call.api],
          ]}
        />
      </Section>
      <Body title={t('requestBody')} body={call.request_body} />
      <Body title={t('responseBody')} body={call.response_body} />
    </Page>
  );
}

const Body = ({ title, body }: { title: string; body: unknown }) => (
  <Section title={title}>
    {body === null || body === undefined ? (
      <Text size="sm" className="faint">
        {t('notKept')}
      </Text>
    ) : (
      <Code block className="json" tabIndex={0} aria-label={title}>
        {typeof body === 'string' ? body : JSON.stringify(body, null, 2)}
      </Code>
    )}
  </Section>
);
