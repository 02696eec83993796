import { library, type Options } from '@org/presets/tsup';

const options: Options = library({
  index: 'src/index.ts',
  'index.node': 'src/index.node.ts',
  client: 'src/client-entry.ts',
  errors: 'src/errors-entry.ts',
  opentelemetry: 'src/opentelemetry.ts',
});

export default options;
