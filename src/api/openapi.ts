export const openapi = (_public_url: string) => ({ openapi: '3.1.0' });
