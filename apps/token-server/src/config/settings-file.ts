import { readFile } from 'node:fs/promises';
import { ConfigError } from './config-error.ts';

/** A file of settings as it was read; it may change while the server runs. */
export interface SettingsFile<Value> {
  readonly file: string;
  readonly text: string;
  /** What it says. */
  readonly value: Value;
  /** Reads it anew. */
  readonly again: () => Promise<SettingsFile<Value>>;
}

/** Reads a file that `setting` names. Rejects with a {@link ConfigError}: its own, or that of `understand`. */
export async function readSettingsFile<Value>(
  file: string,
  setting: string,
  understand: (text: string) => Value,
): Promise<SettingsFile<Value>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new ConfigError([`${file} cannot be read (${code}): name a file with ${setting}.`]);
  });
  const again = (): Promise<SettingsFile<Value>> => readSettingsFile(file, setting, understand);
  return { file, text, value: understand(text), again };
}
