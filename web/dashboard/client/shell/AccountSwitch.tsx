// Top left: which merchant, and whether it is play or real money. A switch leads to the overview, because an id of one account is
// nothing in another.

import { Avatar, Group, Menu, SegmentedControl, Text, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useWho } from '../data/session.tsx';
import { Icon } from '../parts/icons.tsx';
import { t } from './words.ts';

export function AccountSwitch() {
  const { session, merchant, account, choose } = useWho();
  const navigate = useNavigate();
  if (!merchant || !account) return <Text fw={700}>Florin</Text>;
  const go = (id: string | undefined) => {
    if (id === undefined || id === account.id) return;
    choose(id);
    void navigate({ to: '/' });
  };
  const sameMode = (other: (typeof session.merchants)[number]) =>
    other.accounts.find(({ mode }) => mode === account.mode) ?? other.accounts[0];
  return (
    <Group gap="sm" wrap="nowrap" miw={0}>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <UnstyledButton className="merchant">
            <Group gap={8} wrap="nowrap" miw={0}>
              <Avatar
                src={merchant.logo_url}
                size={28}
                radius="sm"
                name={merchant.name}
                color="dark"
                variant="filled"
                alt=""
              />
              <Text fw={650} size="sm" truncate maw={{ xs: 170, md: 240 }} visibleFrom="xs">
                {merchant.name}
              </Text>
              <span className="sr">
                {t('switchMerchant')}: {merchant.name}
              </span>
              <Icon name="down" size={14} />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('switchMerchant')}</Menu.Label>
          {session.merchants.map((one) => (
            <Menu.Item
              key={one.id}
              leftSection={
                <Avatar src={one.logo_url} size={22} radius="sm" name={one.name} color="dark" variant="filled" alt="" />
              }
              rightSection={one.id === merchant.id ? <Icon name="check" size={15} /> : undefined}
              onClick={() => go(sameMode(one)?.id)}
            >
              {one.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <SegmentedControl
        size="xs"
        value={account.mode}
        aria-label={t('switchMerchant')}
        data={merchant.accounts.map(({ mode }) => ({ value: mode, label: t(mode) }))}
        onChange={(mode) => go(merchant.accounts.find((one) => one.mode === mode)?.id)}
      />
    </Group>
  );
}
