// What stands around every page: whose account it is and in which mode, where one can go, the search, and the person.

import {
  ActionIcon,
  Alert,
  AppShell,
  Burger,
  Button,
  Group,
  Kbd,
  Menu,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { Refusal, request } from '../data/request.ts';
import { useSessionQuery, useWho, WhoProvider } from '../data/session.tsx';
import { Icon } from '../parts/icons.tsx';
import { Refused, Waiting } from '../parts/Page.tsx';
import { basePath } from '../place.ts';
import { AccountSwitch } from './AccountSwitch.tsx';
import { Navigation } from './Navigation.tsx';
import { t } from './words.ts';

const FirstPassword = lazy(() =>
  import('../sign-in/FirstPassword.tsx').then((module) => ({ default: module.FirstPassword })),
);
const Search = lazy(() => import('./Search.tsx').then((module) => ({ default: module.Search })));

export function Shell() {
  const found = useSessionQuery();
  const navigate = useNavigate();
  const signedOut = found.error instanceof Refusal && found.error.problem.status === 401;
  useEffect(() => {
    if (!signedOut) return;
    // Once, with the address that was asked for: while the next page loads, this one is drawn again with the address of that.
    const { pathname, search } = location;
    const next = `${pathname.slice(`${basePath}/dashboard`.length)}${search}`;
    void navigate({ to: '/sign-in', search: next.length > 1 ? { next } : {}, replace: true });
  }, [signedOut, navigate]);
  if (signedOut)
    return (
      <div className="gate">
        <main>
          <Waiting />
        </main>
      </div>
    );
  if (found.error)
    return (
      <div className="gate">
        <main>
          <Refused error={found.error} retry={() => void found.refetch()} />
        </main>
      </div>
    );
  if (!found.data)
    return (
      <div className="gate">
        <main>
          <Waiting />
        </main>
      </div>
    );
  if (found.data.password_change_required)
    return (
      <Suspense>
        <FirstPassword email={found.data.user.email} />
      </Suspense>
    );
  return (
    <WhoProvider session={found.data}>
      <Frame />
    </WhoProvider>
  );
}

function Frame() {
  const { account, merchant } = useWho();
  const [open, menu] = useDisclosure(false);
  const [searching, search] = useDisclosure(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(menu.close, [pathname]);
  useHotkeys([['mod+K', search.open]], []);
  const sandbox = account?.mode === 'sandbox';
  const bar = sandbox ? 24 : 0;
  return (
    <AppShell
      header={{ height: 56 + bar }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <AppShell.Header>
        <a className="skip" href="#content">
          {t('skip')}
        </a>
        {sandbox && <div className="sandbox-bar">{t('sandboxBar')}</div>}
        <Group h={56} px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={open}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('menu')}
              aria-expanded={open}
            />
            <AccountSwitch />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="sm"
              visibleFrom="xs"
              leftSection={<Icon name="search" size={15} />}
              rightSection={<Kbd size="xs">⌘K</Kbd>}
              onClick={search.open}
            >
              {t('search')}
            </Button>
            <ActionIcon variant="default" size="lg" hiddenFrom="xs" aria-label={t('search')} onClick={search.open}>
              <Icon name="search" />
            </ActionIcon>
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('navigation')}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="content">
          {merchant?.status === 'pending_review' && account?.mode === 'live' && (
            <Alert color="yellow" mb="md">
              {t('pending')}
            </Alert>
          )}
          {account ? (
            <Suspense fallback={<Waiting />} key={account.id}>
              <Outlet />
            </Suspense>
          ) : pathname.includes('/settings') ? (
            <Outlet />
          ) : (
            <Text>{t('noAccount')}</Text>
          )}
        </div>
      </AppShell.Main>
      {searching && (
        <Suspense>
          <Search close={search.close} />
        </Suspense>
      )}
    </AppShell>
  );
}

function PersonMenu() {
  const { session } = useWho();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const { user } = session;
  const signOut = async () => {
    await request('POST', '/sign_out', { body: {} }).catch(() => {});
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={user.nickname ?? user.email}>
          <Icon name="person" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <Menu.Item
          leftSection={<Icon name="settings" size={16} />}
          onClick={() => void navigate({ to: '/settings/profile' })}
        >
          {t('profile')}
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name={dark ? 'sun' : 'moon'} size={16} />}
          onClick={() => setColorScheme(dark ? 'light' : 'dark')}
        >
          {dark ? t('light') : t('dark')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={() => void signOut()}>
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
