// A secret that is shown this one time: copied or saved now, or never. It lives in this component's memory only.

import { Alert, Button, Code, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { save } from '../data/request.ts';
import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    once: 'Shown this once',
    why: 'Store it in a safe place now. It cannot be shown again, only replaced.',
    copy: 'Copy',
    copied: 'Copied',
    download: 'Download',
    done: 'I have stored it',
    close: 'Close',
  },
});

type Props = { title: string; secret: string | string[]; file: string; done(): void; children?: ReactNode };

export function SecretText({ secret, file }: Pick<Props, 'secret' | 'file'>) {
  const [copied, setCopied] = useState(false);
  const text = Array.isArray(secret) ? secret.join('\n') : secret;
  return (
    <Stack gap="sm">
      <Alert color="yellow" title={t('once')}>
        {t('why')}
      </Alert>
      <Code block className="secret" data-testid="secret">
        {text}
      </Code>
      <Group gap="xs">
        <Button variant="default" onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>
          {copied ? t('copied') : t('copy')}
        </Button>
        <Button variant="default" onClick={() => save(new Blob([`${text}\n`], { type: 'text/plain' }), file)}>
          {t('download')}
        </Button>
      </Group>
    </Stack>
  );
}

export function Secret({ title, secret, file, done, children }: Props) {
  return (
    <Modal
      opened
      onClose={done}
      title={title}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <SecretText secret={secret} file={file} />
        {children}
        <Group justify="flex-end">
          <Button onClick={done}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
