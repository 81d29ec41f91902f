// Access keys: the id and secret by which a program gets tokens (OAuth 2.0, client credentials). The secret is shown once.

import { Button, Code, Menu, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { AccessKey } from '../data/types.ts';
import { Faint, Id, Status, When } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Secret } from '../parts/Secret.tsx';
import { basePath } from '../place.ts';
import { AccessKeyDialog, RevokeAccess, RotateAccess } from './AccessKeyDialogs.tsx';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { Used } from './Keys.tsx';
import { t } from './words.ts';

type Verb = 'edit' | 'rotate' | 'revoke';
type Shown = { id: string; secret: string; scopes: string[] };

export function AccessKeys() {
  const { can } = useWho();
  const [asked, setAsked] = useState<{ verb: Verb; row: AccessKey }>();
  const [shown, setShown] = useState<Shown>();
  const writes = can('access_keys:write');
  const close = () => setAsked(undefined);
  const made = (key: AccessKey & { secret: string | null }) => {
    close();
    if (key.secret !== null) setShown({ id: key.id, secret: key.secret, scopes: key.scopes });
  };
  return (
    <ListPage
      title={t('title')}
      label={t('accessKeys')}
      tabs={<DeveloperTabs />}
      found={useList<AccessKey>('/access_keys')}
      none={t('noAccessKeys')}
      noneText={t('noAccessKeysText')}
      add={
        writes && {
          label: t('addAccessKey'),
          dialog: (shut) => (
            <AccessKeyDialog
              close={shut}
              made={(key) => {
                shut();
                made(key);
              }}
            />
          ),
        }
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
    >
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
    </ListPage>
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
