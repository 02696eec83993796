import { testEntries } from '@org/vendor-testing/entries';

testEntries('@org/liveavatar', new URL('..', import.meta.url));
