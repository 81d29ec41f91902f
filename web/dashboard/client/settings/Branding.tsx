// How the checkout of the merchant looks, with a picture of the page as it would be. The picture is the server's: the page itself over a
// sample order, in a frame in which nothing runs.

import {
  Avatar,
  Button,
  FileButton,
  Group,
  InputWrapper,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  useComputedColorScheme,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type SubmitEvent, useState } from 'react';
import { isColor, textOn } from '../../../../src/kit/color.ts';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import { Go } from '../parts/Bits.tsx';
import { Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { base64 } from '../parts/picture.ts';
import { toast } from '../parts/toast.tsx';
import { basePath } from '../place.ts';
import type { Merchant } from './MerchantDialog.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

type Corners = 'square' | 'rounded' | 'pill';
type Branded = Merchant & { branding: { color: string | null; corners: Corners; icon_url: string | null } };

export function BrandingPage() {
  const { merchant } = useWho();
  const found = useRead<Branded>(`/merchants/${merchant?.id}`, {}, { enabled: merchant !== undefined });
  return (
    <Page title={t('title')}>
      <SettingsTabs />
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {found.data && <Editor key={found.data.id} merchant={found.data} />}
    </Page>
  );
}

function Editor({ merchant }: { merchant: Branded }) {
  const { can } = useWho();
  const [color, setColor] = useState(merchant.branding.color ?? '');
  const [corners, setCorners] = useState<Corners>(merchant.branding.corners);
  const save = useChange(() => toast(t('saved')));
  const writes = can('merchants:write');
  const wrong = color !== '' && !isColor(color);
  const path = `/merchants/${merchant.id}/branding`;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!wrong) save.mutate({ method: 'PATCH', path, body: { color: color === '' ? null : color, corners } });
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Section title={t('branding')}>
        <form onSubmit={onSubmit}>
          <Stack>
            <Text size="sm">{t('brandingText')}</Text>
            <Group align="end" gap="xs" wrap="nowrap">
              <TextInput
                flex={1}
                label={t('color')}
                description={t('colorHint')}
                placeholder={t('ownColor')}
                maxLength={7}
                spellCheck={false}
                value={color}
                readOnly={!writes}
                error={wrong ? t('colorWrong') : undefined}
                onChange={(event) => setColor(event.currentTarget.value.trim())}
              />
              <input
                type="color"
                className="swatch"
                aria-label={t('pickColor')}
                disabled={!writes}
                value={isColor(color) ? color.toLowerCase() : '#0b6b4f'}
                onChange={(event) => setColor(event.currentTarget.value)}
              />
            </Group>
            {isColor(color) && (
              <Text size="xs" className="faint">
                {t('wordsOn', { color: textOn(color) })}
              </Text>
            )}
            <InputWrapper label={t('corners')} labelElement="div">
              <SegmentedControl
                fullWidth
                aria-label={t('corners')}
                disabled={!writes}
                value={corners}
                onChange={(value) => setCorners(value as Corners)}
                data={(['square', 'rounded', 'pill'] as const).map((value) => ({ value, label: t(value) }))}
              />
            </InputWrapper>
            <TabPicture merchant={merchant} path={path} writes={writes} />
            <Text size="xs" className="faint">
              {writes ? t('logoAt') : t('readOnly')}{' '}
              {writes && (
                <Go to="/settings/merchants" className="go within">
                  {t('merchants')}
                </Go>
              )}
            </Text>
            <Refused error={save.error} />
            {writes && (
              <Group justify="flex-end">
                {color !== '' && (
                  <Button variant="default" onClick={() => setColor('')}>
                    {t('ownColor')}
                  </Button>
                )}
                <Button type="submit" loading={save.isPending} disabled={wrong}>
                  {t('save')}
                </Button>
              </Group>
            )}
          </Stack>
        </form>
      </Section>
      <Preview merchant={merchant} color={isColor(color) ? color : ''} corners={corners} />
    </SimpleGrid>
  );
}

function TabPicture({ merchant, path, writes }: { merchant: Branded; path: string; writes: boolean }) {
  const change = useChange(() => toast(t('saved')));
  const send = (icon: { content_base64: string } | null) => change.mutate({ method: 'PATCH', path, body: { icon } });
  const { icon_url } = merchant.branding;
  return (
    <InputWrapper label={t('icon')} labelElement="div">
      <Group gap="xs" mt={4}>
        <Avatar src={icon_url} size={32} radius="sm" name={merchant.name} color="dark" variant="filled" alt="" />
        {writes && (
          <FileButton
            accept="image/png,image/jpeg,image/webp"
            onChange={(file) => file && void base64(file).then((content_base64) => send({ content_base64 }))}
          >
            {(props) => (
              <Button {...props} variant="default" size="xs" loading={change.isPending}>
                {t('chooseIcon')}
              </Button>
            )}
          </FileButton>
        )}
        {writes && icon_url !== null && (
          <Button variant="default" size="xs" onClick={() => send(null)}>
            {t('removeIcon')}
          </Button>
        )}
      </Group>
      <Refused error={change.error} />
    </InputWrapper>
  );
}

function Preview({ merchant, color, corners }: { merchant: Branded; color: string; corners: Corners }) {
  const own = useComputedColorScheme('light');
  const [chosen, setScheme] = useState<'light' | 'dark'>();
  const scheme = chosen ?? own;
  const [query] = useDebouncedValue(
    new URLSearchParams({ merchant: merchant.id, color, corners, scheme }).toString(),
    250,
  );
  return (
    <Section
      title={t('preview')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('preview')}
          value={scheme}
          onChange={(value) => setScheme(value as 'light' | 'dark')}
          data={(['light', 'dark'] as const).map((value) => ({ value, label: t(value) }))}
        />
      }
    >
      {/* Another element for another picture: a frame that is sent elsewhere would become a step of the browser's history. */}
      <iframe
        key={`${query} ${merchant.logo_url}`}
        className="preview"
        title={t('previewOf')}
        sandbox="allow-same-origin"
        tabIndex={-1}
        src={`${basePath}/dashboard/checkout-preview?${query}`}
      />
    </Section>
  );
}
