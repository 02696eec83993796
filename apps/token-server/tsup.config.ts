import { library, type Options } from '@org/presets/tsup';

const options: Options = {
  ...library({ main: 'src/main.ts' }),
  // A program, not a library: nobody imports it, and it only runs on Node.
  format: ['esm'],
  platform: 'node',
  dts: false,
  splitting: false,
};

export default options;
