// What happened to an object, newest first, for whoever may read events.

import { Button } from '@mantine/core';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Event } from '../data/types.ts';
import { named } from '../words.ts';
import { Faint, Go, When } from './Bits.tsx';
import { Empty, Refused, Section, Waiting } from './Page.tsx';
import { t } from './words.ts';

export function EventTimeline({ id }: { id: string }) {
  const { can } = useWho();
  const found = useList<Event>('/events', { object_id: id, limit: 15 }, { enabled: can('events:read') });
  if (!can('events:read')) return null;
  return (
    <Section title={t('timeline')}>
      <Refused error={found.error} />
      {found.isPending && <Waiting lines={3} />}
      {found.rows?.length === 0 && <Empty title={t('nothing')} />}
      <ol className="steps">
        {found.rows?.map((event) => (
          <li key={event.id}>
            <Go to={`/developers/events/${event.id}`}>{named(event.type.slice(event.type.indexOf('.') + 1))}</Go>
            <div>
              <Faint>
                <When at={event.created_at} />
              </Faint>
            </div>
          </li>
        ))}
      </ol>
      {found.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </Section>
  );
}
