import { testEntries } from '@org/vendor-testing/entries';

testEntries('@org/anam', new URL('..', import.meta.url));
