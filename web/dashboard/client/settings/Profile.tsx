// The person who is signed in: how they are called, their password, and where they are signed in.

import {
  Alert,
  Avatar,
  Button,
  FileButton,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { sessionKey, useWho } from '../data/session.tsx';
import type { List, Person } from '../data/types.ts';
import { When } from '../parts/Bits.tsx';
import { Page, Refused, Section } from '../parts/Page.tsx';
import { base64 } from '../parts/picture.ts';
import { Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

export function Profile() {
  const { session } = useWho();
  return (
    <Page title={t('title')}>
      <SettingsTabs />
      {session.user.password_temporary && <Alert color="yellow">{t('temporary')}</Alert>}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <PersonForm person={session.user} />
        <Password />
      </SimpleGrid>
      <Sessions />
    </Page>
  );
}

function PersonForm({ person }: { person: Person }) {
  const client = useQueryClient();
  const [nickname, setNickname] = useState(person.nickname ?? '');
  const [phone, setPhone] = useState(person.phone ?? '');
  const save = useChange(() => {
    void client.invalidateQueries({ queryKey: sessionKey });
    toast(t('saved'));
  });
  const send = (body: Record<string, unknown>) => save.mutate({ method: 'PATCH', path: '/profile', body });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    send({ nickname: nickname.trim() || null, phone: phone.trim() || null });
  };
  return (
    <Section title={t('profile')}>
      <form onSubmit={onSubmit}>
        <Stack>
          <Group>
            <Avatar
              src={person.avatar_url}
              size="lg"
              name={person.nickname ?? person.email}
              color="dark"
              variant="filled"
              alt=""
            />
            <FileButton
              accept="image/png,image/jpeg"
              onChange={(file) =>
                file && void base64(file).then((content) => send({ avatar: { content_base64: content } }))
              }
            >
              {(props) => (
                <Button {...props} variant="default" size="xs">
                  {t('choosePicture')}
                </Button>
              )}
            </FileButton>
          </Group>
          <TextInput label={t('email')} value={person.email} readOnly />
          <TextInput
            label={t('nickname')}
            autoComplete="nickname"
            maxLength={100}
            value={nickname}
            onChange={(event) => setNickname(event.currentTarget.value)}
          />
          <TextInput
            label={t('phone')}
            type="tel"
            autoComplete="tel"
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
          />
          <Refused error={save.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Password() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const client = useQueryClient();
  const change = useChange(() => {
    setCurrent('');
    setNext('');
    void client.invalidateQueries({ queryKey: sessionKey });
    toast(t('passwordChanged'));
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate({ path: '/profile/password', body: { current_password: current, new_password: next } });
  };
  return (
    <Section title={t('password')}>
      <form onSubmit={onSubmit}>
        <Stack>
          <PasswordInput
            label={t('current')}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('next')}
            description={t('nextHint')}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <Refused error={change.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={change.isPending} disabled={current === '' || next === ''}>
              {t('changePassword')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

type Active = { id: string; ip: string; browser: string; current: boolean; created_at: string; last_seen_at: string };

function Sessions() {
  const found = useRead<List<Active>>('/sessions');
  const end = useChange(() => toast(t('ended')));
  return (
    <Section
      flush
      title={t('sessions')}
      actions={
        <Button
          size="xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate({ path: '/sessions/end_others' })}
        >
          {t('endOthers')}
        </Button>
      }
    >
      <Refused error={end.error} />
      <Table
        label={t('sessions')}
        rows={found.data?.data}
        error={found.error}
        columns={[
          { key: 'browser', label: t('browser'), cell: (row) => row.browser },
          { key: 'ip', label: t('address'), cell: (row) => row.ip },
          { key: 'seen', label: t('lastSeen'), cell: (row) => <When at={row.last_seen_at} /> },
          { key: 'since', label: t('since'), cell: (row) => <When at={row.created_at} /> },
          {
            key: 'act',
            label: '',
            cell: (row) =>
              row.current ? (
                <Text size="sm">{t('thisOne')}</Text>
              ) : (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => end.mutate({ method: 'DELETE', path: `/sessions/${row.id}` })}
                >
                  {t('end')}
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}
