// The operations on files: upload, look at, download. A file is never changed; its content is read by nobody but who asks for it.

import Type from 'typebox';
import { sha256 } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import {
  FileObject,
  type FileRow,
  fileObject,
  filePurposes,
  fileTypes,
  findFile,
  maxFileSize,
  readContent,
  typeOf,
} from './file.ts';

/** Base64 of the largest file, and some room for its name. */
export const uploadLimit = Math.ceil(maxFileSize / 3) * 4 + 10_000;

/** The smallest PNG: one grey pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

export const createFile = operation({
  name: 'files.create',
  scope: 'files:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Upload a file',
  description:
    'A PDF, PNG or JPEG of at most 5 MB, sent as base64 inside JSON. What it is is told by its content; `type`, when given, must agree. ' +
    'Name its id as evidence when you challenge a dispute.',
  input: Type.Object(
    {
      name: text(200, 'File name without folders.'),
      purpose: Type.Enum([...filePurposes]),
      content_base64: Type.String({
        minLength: 1,
        contentEncoding: 'base64',
        description: 'Standard base64 with padding; at most 5 MB once decoded.',
      }),
      type: Type.Optional(Type.Enum([...fileTypes])),
    },
    { additionalProperties: false },
  ),
  output: FileObject,
  faults: ['parameter_invalid', 'body_too_large'],
  example: { name: 'delivery.png', purpose: 'dispute_evidence', content_base64: pixel },
  async run(ctx, input, tx) {
    if (/[\\/\p{Cc}]/u.test(input.name))
      throw new Fault('parameter_invalid', "'name' must be a file name alone: no folders, no control characters.", {
        param: 'name',
      });
    const content = decode(input.content_base64);
    const type = typeOf(content);
    if (!type)
      throw new Fault('parameter_invalid', 'The content is no PDF, PNG or JPEG. Convert the file to one of these.', {
        param: 'content_base64',
      });
    if (input.type !== undefined && input.type !== type)
      throw new Fault('parameter_invalid', `The content is ${type}, not ${input.type}. Leave 'type' out, or mend it.`, {
        param: 'type',
      });
    const row: FileRow = {
      account_id: ctx.account.account_id,
      id: newId('file', ctx.env),
      purpose: input.purpose,
      name: input.name,
      type,
      size: content.length,
      sha256: sha256(content),
      created_at: ctx.env.clock.now(),
    };
    await tx.insertInto('files').values(row).execute();
    await tx.insertInto('file_contents').values({ account_id: row.account_id, file_id: row.id, content }).execute();
    return fileObject(row);
  },
});

function decode(text: string): Buffer {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new Fault(
      'parameter_invalid',
      "'content_base64' is not standard base64 with padding (letters, digits, + and /, no line breaks).",
      { param: 'content_base64' },
    );
  }
  const content = Buffer.from(text, 'base64');
  if (content.length > maxFileSize)
    throw new Fault(
      'parameter_invalid',
      `A file may have at most 5 MB (${maxFileSize} bytes); this one has ${content.length}.`,
      { param: 'content_base64' },
    );
  return content;
}

export const getFile = operation({
  name: 'files.get',
  scope: 'files:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a file',
  description: 'Name, type and size. The content is read apart.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: FileObject,
  faults: ['not_found'],
  example: { id: '{file}' },
  run: async (ctx, input) => fileObject(await findFile(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const getFileContent = operation({
  name: 'files.content',
  scope: 'files:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Download a file',
  description: 'The content as base64.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object(
    {
      id: Type.String(),
      object: Type.Literal('file_content'),
      type: Type.Enum([...fileTypes]),
      content_base64: Type.String(),
    },
    { title: 'FileContent' },
  ),
  faults: ['not_found'],
  example: { id: '{file}' },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const file = await findFile(ctx.env.db.query, account_id, input.id);
    const content = await readContent(ctx.env.db.query, account_id, file.id);
    return {
      id: file.id,
      object: 'file_content' as const,
      type: file.type,
      content_base64: content.toString('base64'),
    };
  },
});
