// Form-encoded bodies, which some of VINR's samples have: text fields, whose types the schema of the row names.

import type { FastifyInstance } from 'fastify';
import { FormBody } from '../typed.ts';

export function form(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new FormBody(fieldsOf(String(body))));
  });
}

/** A list is `name[]=a&name[]=b` or `name=a&name=b`; a map stays `name[key]=value`, for whoever knows the schema. */
export function fieldsOf(body: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [written, value] of new URLSearchParams(body)) {
    const name = written.replace(/\[\d*\]$/, '');
    const before = fields[name];
    fields[name] = before === undefined ? (name === written ? value : [value]) : [before, value].flat();
  }
  return fields;
}
