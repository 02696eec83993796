import type { VendorName } from './grant.ts';

/** What `config.json`, served beside the page, may hold. */
export interface ConfigFile {
  readonly tokenServer?: string;
  readonly vendors?: Partial<Record<VendorName, string>>;
}
