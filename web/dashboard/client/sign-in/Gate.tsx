// The frame of the pages that one sees before one is signed in.

import { Card, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

export function Gate({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Florin`;
  }, [title]);
  return (
    <div className="gate">
      <main>
        <Text fw={750} size="lg" mb="md">
          Florin
        </Text>
        <Card withBorder padding="lg" shadow="xs">
          <Stack gap="md">
            <Title order={1} size="h3">
              {title}
            </Title>
            {children}
          </Stack>
        </Card>
      </main>
    </div>
  );
}
