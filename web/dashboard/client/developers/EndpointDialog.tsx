// A new endpoint, or changes of one: where, and of which events.

import { Checkbox, MultiSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { eventTypes } from '../../../../src/events/event-types.ts';
import { useChange } from '../data/api.ts';
import type { WebhookEndpoint } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { t } from './words.ts';

type Made = WebhookEndpoint & { secret?: string | null };
type Props = { endpoint?: WebhookEndpoint; close(): void; done(made: Made): void };

export function EndpointDialog({ endpoint, close, done }: Props) {
  const [url, setUrl] = useState(endpoint?.url ?? 'https://');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [all, setAll] = useState(endpoint ? endpoint.events.includes('*') : true);
  const [events, setEvents] = useState<string[]>(() => endpoint?.events.filter((type) => type !== '*') ?? []);
  const save = useChange<Made>(done);
  return (
    <Ask
      opened
      close={close}
      title={endpoint ? t('edit') : t('addEndpoint')}
      verb={endpoint ? t('save') : t('addEndpoint')}
      busy={save.isPending}
      error={save.error}
      blocked={!all && events.length === 0}
      submit={() =>
        save.mutate({
          method: endpoint ? 'PATCH' : 'POST',
          path: endpoint ? `/webhook_endpoints/${endpoint.id}` : '/webhook_endpoints',
          body: {
            url,
            events: all ? ['*'] : events,
            description: description.trim() === '' ? null : description.trim(),
          },
        })
      }
    >
      <TextInput
        label={t('url')}
        description={t('urlHint')}
        type="url"
        required
        data-autofocus
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        label={t('description')}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Checkbox label={t('allEvents')} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
      {!all && (
        <MultiSelect
          label={t('which')}
          data={eventTypes.filter((type) => type !== 'webhook_endpoint.test')}
          value={events}
          onChange={setEvents}
          searchable
        />
      )}
    </Ask>
  );
}
