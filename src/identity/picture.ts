// Logos, avatars and pictures of products: checked, and drawn anew by us, so that what is shown is a picture and nothing else (no script in an SVG, no place
// where a photo was taken). Kept under a name that is never used for another content.

import { createHash } from 'node:crypto';
import Type from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Env } from '../operation/context.ts';

const megabytes = { logo: 2, avatar: 2, product: 5 } as const;
const maxPixels = 24_000_000;

/** Base64 of the largest picture, and some room. */
export const pictureLimit = base64Of(megabytes.logo);
export const productPictureLimit = base64Of(megabytes.product);

function base64Of(size: number): number {
  return Math.ceil((size * 1_048_576) / 3) * 4 + 10_000;
}

export const Picture = Type.Object(
  {
    content_base64: Type.String({
      minLength: 1,
      contentEncoding: 'base64',
      description: 'A PNG, JPEG or WebP as standard base64 with padding; at most 2 MB once decoded.',
    }),
  },
  { additionalProperties: false },
);

export const ProductPicture = Type.Object(
  {
    content_base64: Type.String({
      minLength: 1,
      contentEncoding: 'base64',
      description: 'A PNG, JPEG, GIF or WebP as standard base64 with padding; at most 5 MB once decoded.',
    }),
  },
  { additionalProperties: false },
);

const fault = (message: string) => new Fault('parameter_invalid', message, { param: 'content_base64' });

/** What the first bytes say; the library is not asked to open anything else. */
function isPicture(content: Buffer, use: Use): boolean {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => content[i] === byte);
  const png = begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const jpeg = begins(0xff, 0xd8, 0xff);
  const webp = content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP';
  const gif = use === 'product' && /^GIF8[79]a/.test(content.toString('latin1', 0, 6));
  return png || jpeg || webp || gif;
}

export type Use = keyof typeof megabytes;

async function draw(content: Buffer, use: Use): Promise<Buffer> {
  // A library of native code: read when the first picture comes.
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(content, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 }).rotate();
    const side = use === 'product' ? 1024 : 512;
    const size = { width: side, height: side };
    // A logo keeps its shape, an avatar is cut to a square.
    const sized =
      use === 'avatar'
        ? image.resize({ ...size, fit: 'cover' })
        : image.resize({ ...size, fit: 'inside', withoutEnlargement: true });
    return await sized.png({ compressionLevel: 9 }).toBuffer();
  } catch {
    throw fault(
      'This picture cannot be read, or has more than 24 million pixels. Save it as PNG or JPEG and try again.',
    );
  }
}

/** Returns the address under which it is shown. */
export async function keepPicture(
  env: Env,
  tx: Tx,
  company_id: string,
  input: { content_base64: string },
  use: Use,
): Promise<string> {
  const { content_base64 } = input;
  if (content_base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(content_base64))
    throw fault("'content_base64' is not standard base64 with padding.");
  const given = Buffer.from(content_base64, 'base64');
  if (given.length > megabytes[use] * 1_048_576)
    throw fault(`A picture may have at most ${megabytes[use]} MB; this one has ${given.length} bytes.`);
  if (!isPicture(given, use))
    throw fault(
      `The content is no PNG, JPEG${use === 'product' ? ', GIF' : ''} or WebP. Save the picture as one of these.`,
    );
  const content = await draw(given, use);
  const id = `pic_${createHash('sha256').update(company_id).update(content).digest('hex').slice(0, 40)}`;
  await tx
    .insertInto('pictures')
    .values({ id, company_id, content, created_at: env.clock.now() })
    .onConflict((c) => c.column('id').doNothing())
    .execute();
  return `${env.config.public_url}/pictures/${id}`;
}

/** Pictures are the company's: whoever owns the merchant. */
export async function pictureCompany(query: Executor | Tx, merchant_id: string): Promise<string> {
  const row = await query
    .selectFrom('merchants')
    .select('company_id')
    .where('id', '=', merchant_id)
    .executeTakeFirstOrThrow();
  return row.company_id;
}

export async function readPicture(query: Executor, id: string): Promise<Buffer | undefined> {
  if (!/^pic_[0-9a-f]{40}$/.test(id)) return undefined;
  return (await query.selectFrom('pictures').select('content').where('id', '=', id).executeTakeFirst())?.content;
}
