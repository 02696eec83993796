import { library, type Options } from '@org/presets/tsup';

const options: Options = {
  ...library({ serve: 'src/serve.ts' }),
  // For Node only, beside the page that Vite has built: nothing of that may be cleaned away.
  format: ['esm'],
  platform: 'node',
  dts: false,
  splitting: false,
  clean: false,
};

export default options;
