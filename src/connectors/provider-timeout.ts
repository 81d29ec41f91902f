// What a connector throws when no complete answer came in time. It says nothing about the money, which may have moved:
// it must never be read as a refusal. The caller records `unknown` and asks `look`.

export class ProviderTimeout extends Error {
  override name = 'ProviderTimeout';
  readonly provider: string;
  readonly reference: string;

  constructor(provider: string, reference: string) {
    super(`${provider} did not answer in time for call ${reference}`);
    this.provider = provider;
    this.reference = reference;
  }
}
