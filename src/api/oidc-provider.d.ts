// What this project uses of the library `oidc-provider`, which ships no types of its own.

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type ClientMetadata = Record<string, unknown>;
  export type Client = { clientId: string; scope?: string };
  export type TokenContext = {
    req: IncomingMessage;
    oidc: { params: Record<string, string | undefined> };
  };

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    Client: { prototype: { compareClientSecret(this: Client, actual: string): Promise<boolean> } };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: 'server_error', listener: (context: unknown, error: unknown) => void): this;
  }

  export namespace errors {
    class InvalidScope extends Error {
      constructor(description: string, scope: string);
    }
    class InvalidTarget extends Error {
      constructor(description: string);
    }
  }
}
