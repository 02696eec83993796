import { library, type Options } from '@org/presets/tsup';

const options: Options = {
  ...library({
    index: 'src/index.ts',
    contracts: 'src/contracts.ts',
    'frame-number': 'src/media/frame-number.ts',
    cli: 'src/cli.ts',
  }),
  // Optional, native, and loaded with the first realtime session: never part of a bundle.
  external: ['@roamhq/wrtc'],
  platform: 'node',
};

export default options;
