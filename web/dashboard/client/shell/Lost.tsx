// An address that leads nowhere.

import { Stack, Title } from '@mantine/core';
import { Go } from '../parts/Bits.tsx';
import { t } from './words.ts';

export const Lost = () => (
  <div className="gate">
    <main>
      <Stack>
        <Title order={1} size="h3">
          {t('lost')}
        </Title>
        <Go to="/">{t('home')}</Go>
      </Stack>
    </main>
  </div>
);
