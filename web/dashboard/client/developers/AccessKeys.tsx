// Access keys: the id and secret by which a program gets tokens (OAuth 2.0, client credentials). The secret is shown once.

import { Button, Code, Menu, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { AccessKey } from '../data/types.ts';
import { Faint, Id, Status, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { Secret } from '../parts/Secret.tsx';
import { of, Table } from '../parts/Table.tsx';
import { basePath } from '../place.ts';
import { AccessKeyDialog, RevokeAccess, RotateAccess } from './AccessKeyDialogs.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { Used } from './Keys.tsx';
import { t } from './words.ts';

type Verb = 'edit' | 'rotate' | 'revoke';
type Shown = { id: string; secret: string; scopes: string[] };

export function AccessKeys() {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<{ verb: Verb; row: AccessKey }>();
  const [shown, setShown] = useState<Shown>();
  const found = useList<AccessKey>('/access_keys');
  const writes = can('access_keys:write');
  const close = () => {
    setAdding(false);
    setAsked(undefined);
  };
  const made = (key: AccessKey & { secret: string | null }) => {
    close();
    if (key.secret !== null) setShown({ id: key.id, secret: key.secret, scopes: key.scopes });
  };
  const add = writes && (
    <Button size="xs" onClick={() => setAdding(true)}>
      {t('addAccessKey')}
    </Button>
  );
  return (
    <Page title={t('title')} actions={add}>
      <DeveloperTabs />
      <Section flush>
        <Table
          label={t('accessKeys')}
          {...of(found)}
          empty={
            <Empty title={t('noAccessKeys')}>
              <Text size="sm">{t('noAccessKeysText')}</Text>
            </Empty>
          }
          columns={[
            { key: 'name', label: t('name'), cell: (row) => row.name },
            { key: 'id', label: t('clientId'), cell: (row) => <Id id={row.id} short /> },
            { key: 'hint', label: t('clientSecret'), cell: (row) => <code>{row.hint}</code> },
            { key: 'scopes', label: t('scopes'), cell: (row) => <ScopeList of={row.scopes} /> },
            {
              key: 'status',
              label: t('status'),
              cell: (row) => (
                <span>
                  <Status of={row.status} />
                  {row.old_secret_expires_at !== null && (
                    <Text size="xs" className="faint">
                      {t('oldSecretUntil')} <When at={row.old_secret_expires_at} />
                    </Text>
                  )}
                </span>
              ),
            },
            { key: 'used', label: t('lastUsed'), cell: (row) => <Used of={row} /> },
            {
              key: 'act',
              label: '',
              cell: (row) =>
                writes && row.status === 'active' ? (
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <Button size="compact-xs" variant="default">
                        …<span className="sr"> {t('moreKey', { name: row.name })}</span>
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item onClick={() => setAsked({ verb: 'edit', row })}>{t('editAccess')}</Menu.Item>
                      <Menu.Item onClick={() => setAsked({ verb: 'rotate', row })}>{t('rotateSecret')}</Menu.Item>
                      <Menu.Item onClick={() => setAsked({ verb: 'revoke', row })}>{t('revoke')}</Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                ) : null,
            },
          ]}
        />
      </Section>
      {adding && <AccessKeyDialog close={close} made={made} />}
      {asked?.verb === 'edit' && <AccessKeyDialog accessKey={asked.row} close={close} made={made} />}
      {asked?.verb === 'rotate' && <RotateAccess accessKey={asked.row} close={close} made={made} />}
      {asked?.verb === 'revoke' && <RevokeAccess accessKey={asked.row} close={close} />}
      {shown && (
        <Secret
          title={t('newAccessKey')}
          secret={shown.secret}
          file="florin-access-key.txt"
          done={() => setShown(undefined)}
        >
          <HowTo of={shown} />
        </Secret>
      )}
    </Page>
  );
}

function ScopeList({ of: scopes }: { of: string[] }) {
  const [first, second, ...more] = scopes;
  return (
    <span title={scopes.join('\n')}>
      {[first, second].filter(Boolean).join(', ')}
      {more.length > 0 && <Faint> +{more.length}</Faint>}
    </span>
  );
}

function HowTo({ of: { id, secret, scopes } }: { of: Shown }) {
  const lines = [
    `curl ${location.origin}${basePath}/oauth/token \\`,
    `  -u ${id}:${secret} \\`,
    '  -d grant_type=client_credentials \\',
    `  -d scope="${scopes.slice(0, 3).join(' ')}"`,
  ];
  return (
    <Stack gap={6}>
      <Text size="sm">
        {t('clientId')}: <Id id={id} />
      </Text>
      <Text size="sm" fw={600}>
        {t('getToken')}
      </Text>
      <Code block className="secret" data-testid="curl">
        {lines.join('\n')}
      </Code>
      <Text size="xs" className="faint">
        {t('getTokenText')}
      </Text>
    </Stack>
  );
}
