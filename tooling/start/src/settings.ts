import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export const VENDORS = ['simli', 'anam', 'liveavatar'] as const;
export type Vendor = (typeof VENDORS)[number];

export const DISPLAY_NAMES: Readonly<Record<Vendor, string>> = {
  simli: 'Simli',
  anam: 'Anam',
  liveavatar: 'LiveAvatar',
};

/** What `.env` says. A missing file says nothing, and that is fine. */
export interface Settings {
  /** The vendors whose key is there: for these the token server talks to the vendor itself. */
  readonly keys: ReadonlyMap<Vendor, string>;
  /** Where these vendors are, if not at their own address. */
  readonly baseUrls: ReadonlyMap<Vendor, string>;
  readonly presetsFile: string;
}

const PRESETS_FILE = 'tooling/start/presets.yaml';

/** Reads the file, and only the file: a key that happens to be in the shell's environment must not cost money. */
export function readSettings(envFile: string): Settings {
  const values = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  const of = (suffix: string): ReadonlyMap<Vendor, string> =>
    new Map(VENDORS.flatMap((vendor) => entryOf(vendor, values[`${vendor.toUpperCase()}_${suffix}`])));
  return {
    keys: of('API_KEY'),
    baseUrls: of('BASE_URL'),
    presetsFile: values['PRESETS_FILE'] || PRESETS_FILE,
  };
}

function entryOf(vendor: Vendor, value: string | undefined): readonly (readonly [Vendor, string])[] {
  return value === undefined || value.trim() === '' ? [] : [[vendor, value.trim()]];
}
