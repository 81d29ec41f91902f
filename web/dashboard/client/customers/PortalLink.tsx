// A link by which the customer comes into the portal. It opens a door, so it is shown once and kept nowhere.

import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import type { PortalSession } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { When } from '../parts/Bits.tsx';
import { Secret } from '../parts/Secret.tsx';
import { t } from './words.ts';

export function PortalLink({ customer }: { customer: string }) {
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<PortalSession>();
  const make = useChange<PortalSession>((session) => {
    setAsking(false);
    setMade(session);
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {t('portal')}
      </Button>
      <Ask
        opened={asking}
        close={() => setAsking(false)}
        title={t('portal')}
        text={t('portalText')}
        verb={t('portalMake')}
        busy={make.isPending}
        error={make.error}
        submit={() => make.mutate({ path: '/portal_sessions', body: { customer } })}
      />
      {made?.url && (
        <Secret title={t('portal')} secret={made.url} file="portal-link.txt" done={() => setMade(undefined)}>
          <Text size="sm">
            {t('portalUntil')} <When at={made.expires_at} />
          </Text>
        </Secret>
      )}
    </>
  );
}
