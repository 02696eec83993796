import { library, type Options } from '@org/presets/tsup';

const options: Options = library({ index: 'src/index.ts', schemas: 'src/schemas.ts' });

export default options;
