import { expect, test } from 'vitest';
import { presetRules } from '../vendors/vendors.ts';
import { readConfig } from './config.ts';

test('what is wrong with either file is told at once', async () => {
  const environment = { PRESETS_FILE: 'no-presets.yaml', SERVICE_KEYS_FILE: 'no-keys.yaml' };
  await expect(readConfig(environment, {}, presetRules)).rejects.toMatchObject({
    name: 'ConfigError',
    problems: [
      'no-presets.yaml cannot be read (ENOENT): name a file with --presets or PRESETS_FILE.',
      'no-keys.yaml cannot be read (ENOENT): name a file with SERVICE_KEYS_FILE.',
    ],
  });
});
