// A new product, or changes of one: how it is called, in which languages, what it looks like, how it is taxed.

import { Button, FileButton, Group, InputWrapper, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import type { Product } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { TakeAway } from '../parts/ByCurrency.tsx';
import { MetadataInput, metadataOf, metadataText } from '../parts/MetadataInput.tsx';
import { Refused } from '../parts/Page.tsx';
import { Picture } from '../parts/Picture.tsx';
import { base64 } from '../parts/picture.ts';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { taxCategories } from './tax-categories.ts';
import { t } from './words.ts';

type Name = { tag: string; name: string };
type Image = { id: string; url: string };
type Props = { product?: Product; close(): void; done?(made: Product): void };

export function ProductDialog({ product, close, done }: Props) {
  const [name, setName] = useState(product?.name ?? '');
  const [description, setDescription] = useState(product?.description ?? '');
  const [category, setCategory] = useState<string>(product?.tax_category ?? 'digital_goods');
  const [image, setImage] = useState<Image | null>(
    product?.image && product.image_url ? { id: product.image, url: product.image_url } : null,
  );
  const [names, setNames] = useState<Name[]>(() =>
    Object.entries(product?.localized_names ?? {}).map(([tag, text]) => ({ tag, name: text })),
  );
  const [metadata, setMetadata] = useState(() => metadataText(product?.metadata ?? {}));
  const save = useChange<Product>((made) => {
    toast(t('saved'));
    close();
    done?.(made);
  });
  const kept = names.filter((one) => one.tag.trim() !== '' && one.name.trim() !== '');
  const own = metadataOf(metadata);
  const text = description.trim();
  return (
    <Ask
      opened
      close={close}
      title={product ? t('edit') : t('add')}
      verb={t('save')}
      busy={save.isPending}
      error={save.error}
      blocked={name.trim() === '' || own === undefined}
      submit={() =>
        save.mutate({
          method: product ? 'PATCH' : 'POST',
          path: product ? `/products/${product.id}` : '/products',
          body: {
            name: name.trim(),
            tax_category: category,
            localized_names: Object.fromEntries(kept.map((one) => [one.tag.trim(), one.name.trim()])),
            metadata: own,
            ...(text !== '' ? { description: text } : product ? { description: null } : {}),
            ...(image ? { image: image.id } : product ? { image: null } : {}),
          },
        })
      }
    >
      <TextInput
        label={t('name')}
        description={t('nameHint')}
        required
        maxLength={250}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('description')}
        maxLength={500}
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ImageInput name={name} image={image} onChange={setImage} />
      <NativeSelect
        label={t('category')}
        description={t('categoryHint')}
        data={taxCategories.map((value) => ({ value, label: named(value) }))}
        value={category}
        onChange={(event) => setCategory(event.currentTarget.value)}
      />
      <Names names={names} onChange={setNames} />
      <MetadataInput value={metadata} onChange={setMetadata} />
    </Ask>
  );
}

function ImageInput({
  name,
  image,
  onChange,
}: {
  name: string;
  image: Image | null;
  onChange(image: Image | null): void;
}) {
  const upload = useChange<Image>(({ id, url }) => onChange({ id, url }));
  const send = (file: File) =>
    void base64(file).then((content_base64) => upload.mutate({ path: '/product_images', body: { content_base64 } }));
  return (
    <InputWrapper label={t('image')} description={t('imageHint')} labelElement="div">
      <Group gap="xs" mt={6}>
        <Picture url={image?.url ?? null} name={name} size={56} />
        <FileButton accept="image/png,image/jpeg,image/gif,image/webp" onChange={(file) => file && send(file)}>
          {(props) => (
            <Button {...props} size="xs" variant="default" loading={upload.isPending}>
              {image ? t('replace') : t('choose')}
            </Button>
          )}
        </FileButton>
        {image && (
          <Button size="xs" variant="default" onClick={() => onChange(null)}>
            {t('removeImage')}
          </Button>
        )}
      </Group>
      <Refused error={upload.error} />
    </InputWrapper>
  );
}

function Names({ names, onChange }: { names: Name[]; onChange(names: Name[]): void }) {
  const set = (i: number, changed: Partial<Name>) =>
    onChange(names.map((one, at) => (at === i ? { ...one, ...changed } : one)));
  return (
    <Stack gap={6} role="group" aria-label={t('names')}>
      <Text size="sm" fw={500} aria-hidden>
        {t('names')}
      </Text>
      {names.length > 0 && (
        <Text size="xs" className="faint">
          {t('namesHint')}
        </Text>
      )}
      {names.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Group key={i} gap="xs" wrap="nowrap">
          <TextInput
            w={84}
            aria-label={t('languageIs', { place: i + 1 })}
            placeholder="de"
            maxLength={20}
            value={one.tag}
            onChange={(event) => set(i, { tag: event.currentTarget.value })}
          />
          <TextInput
            flex={1}
            aria-label={t('nameIn', { language: one.tag || i + 1 })}
            maxLength={250}
            value={one.name}
            onChange={(event) => set(i, { name: event.currentTarget.value })}
          />
          <TakeAway name={one.tag || String(i + 1)} act={() => onChange(names.filter((_, at) => at !== i))} />
        </Group>
      ))}
      <div>
        <Button size="compact-xs" variant="default" onClick={() => onChange([...names, { tag: '', name: '' }])}>
          {t('addLanguage')}
        </Button>
      </div>
    </Stack>
  );
}
