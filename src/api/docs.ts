import type { FastifyInstance } from 'fastify';
import type { Env } from '../operation/context.ts';
export const reference = (_env: Env) => async (_app: FastifyInstance) => {};
