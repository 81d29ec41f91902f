// Where this page hangs and what it may use: read once from its document.

const root = document.getElementById('root');

/** Path of the installation without a slash at its end. */
export const basePath = root?.dataset.base ?? '';

/** For style elements that are made in the browser. */
export const styleNonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
