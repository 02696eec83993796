import { testEntries } from '@org/vendor-testing/entries';

testEntries('@org/simli', new URL('..', import.meta.url));
