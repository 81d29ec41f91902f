// A new customer, or changes of one.

import { SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import type { Customer } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './words.ts';

const names = ['name', 'email', 'phone', 'reference'] as const;
type Props = { customer?: Customer; close(): void; done?(made: Customer): void };

export function CustomerDialog({ customer, close, done }: Props) {
  const [draft, setDraft] = useState<Record<string, string>>(() =>
    Object.fromEntries(names.map((name) => [name, customer?.[name] ?? ''])),
  );
  const save = useChange<Customer>((made) => {
    toast(t('saved'));
    close();
    done?.(made);
  });
  const changed = names.filter((name) => (draft[name] ?? '') !== (customer?.[name] ?? '') && draft[name] !== '');
  return (
    <Ask
      opened
      close={close}
      title={customer ? t('edit') : t('add')}
      verb={t('save')}
      busy={save.isPending}
      error={save.error}
      blocked={changed.length === 0}
      submit={() =>
        save.mutate({
          method: customer ? 'PATCH' : 'POST',
          path: customer ? `/customers/${customer.id}` : '/customers',
          body: Object.fromEntries(changed.map((name) => [name, draft[name]])),
        })
      }
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {names.map((name) => (
          <TextInput
            key={name}
            label={t(name)}
            value={draft[name] ?? ''}
            onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
          />
        ))}
      </SimpleGrid>
    </Ask>
  );
}
