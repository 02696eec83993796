import { library } from '@org/presets/tsup';
import type { Options } from 'tsup';

const config: Options = {
  ...library({ index: 'src/index.ts', contracts: 'src/contracts.ts', cli: 'src/cli.ts' }),
  platform: 'node',
};

export default config;
