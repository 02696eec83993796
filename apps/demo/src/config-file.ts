import type { VendorName } from './grant.ts';

/** What `config.json`, served beside the page, may hold. */
export interface ConfigFile {
  readonly tokenServer?: string;
  /** Whether the token server takes an `Idempotency-Key`, and lets pages of other origins send one. */
  readonly idempotencyKey?: boolean;
  readonly vendors?: Partial<Record<VendorName, string>>;
}
