// What was written to customers: to all, or to one.

import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { EMail } from '../data/types.ts';
import { catalogue, named } from '../words.ts';
import { Faint, Go, Status, When } from './Bits.tsx';
import { objectPage } from './object-page.ts';
import { Empty, Section } from './Page.tsx';
import { of, Table } from './Table.tsx';

const t = catalogue({
  en: {
    none: 'No e-mails were written yet.',
    subject: 'Subject',
    to: 'To',
    kind: 'Kind',
    status: 'Status',
    about: 'About',
    at: 'Written',
  },
});

export function EmailList({ title, customer }: { title: string; customer?: string }) {
  const { can } = useWho();
  const found = useList<EMail>('/emails', { customer, limit: 10 }, { enabled: can('emails:read') });
  if (!can('emails:read')) return null;
  return (
    <Section title={title} flush>
      <Table
        label={title}
        {...of(found)}
        empty={<Empty title={t('none')} />}
        columns={[
          { key: 'subject', label: t('subject'), cell: (row) => row.subject },
          { key: 'to', label: t('to'), cell: (row) => row.to },
          { key: 'kind', label: t('kind'), cell: (row) => named(row.kind) },
          { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
          { key: 'about', label: t('about'), cell: (row) => <About id={row.object_id} /> },
          { key: 'at', label: t('at'), cell: (row) => <When at={row.created_at} /> },
        ]}
      />
    </Section>
  );
}

function About({ id }: { id: string | null }) {
  const page = id === null ? undefined : objectPage(id);
  if (id === null) return <Faint>–</Faint>;
  return page === undefined ? id : <Go to={page}>{`${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}`}</Go>;
}
