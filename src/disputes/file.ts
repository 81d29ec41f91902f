// An uploaded file: its public shape, what it is by its first bytes, and how it is found. What the uploader says of a file is
// never believed.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Files } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';

export const fileTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const;
export type FileType = (typeof fileTypes)[number];

export const filePurposes = ['dispute_evidence'] as const;

/** 5 MiB; card networks take about as much for a whole case. */
export const maxFileSize = 5 * 1_048_576;

export type FileRow = Omit<Selectable<Files>, 'type' | 'purpose'> & {
  type: FileType;
  purpose: (typeof filePurposes)[number];
};

export const FileObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('file'),
    purpose: Type.Enum([...filePurposes]),
    name: Type.String(),
    type: Type.Enum([...fileTypes], { description: 'What the content is, by its own first bytes.' }),
    size: Type.Integer({ description: 'Bytes.' }),
    sha256: Type.String({ description: 'Of the content, in hex.' }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'File' },
);
export type FileObject = Static<typeof FileObject>;

export function fileObject(f: FileRow): FileObject {
  return {
    id: f.id,
    object: 'file',
    purpose: f.purpose,
    name: f.name,
    type: f.type,
    size: f.size,
    sha256: f.sha256.toString('hex'),
    created_at: f.created_at.toISOString(),
  };
}

const signatures: [FileType, number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
];

/** Undefined: none of the types we take. */
export const typeOf = (content: Uint8Array): FileType | undefined =>
  signatures.find(([, bytes]) => bytes.every((byte, i) => content[i] === byte))?.[0];

export async function findFile(query: Executor | Tx, account_id: string, id: string, param = 'id'): Promise<FileRow> {
  const [row] = await findFiles(query, account_id, [id]);
  if (!row) throw notFound('file', id, param);
  return row;
}

/** Those that exist, in no order. */
export async function findFiles(query: Executor | Tx, account_id: string, ids: string[]): Promise<FileRow[]> {
  if (ids.length === 0) return [];
  return (await query
    .selectFrom('files')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', 'in', ids)
    .execute()) as FileRow[];
}

export async function readContent(query: Executor, account_id: string, id: string): Promise<Buffer> {
  const row = await query
    .selectFrom('file_contents')
    .select('content')
    .where('account_id', '=', account_id)
    .where('file_id', '=', id)
    .executeTakeFirstOrThrow();
  return row.content;
}
