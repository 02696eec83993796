import type { VendorName } from './grant.ts';

/** What `config.json`, served beside the page, may hold. */
export interface ConfigFile {
  readonly tokenServer?: string;
  /** Where, beside the page, a token is found that proves to the token server who is calling. */
  readonly callerToken?: string;
  readonly vendors?: Partial<Record<VendorName, string>>;
}
