import { room, tests } from './room.js';

const page = 'apps/demo/src';
/** What is of the page's folder and not of the page. */
const notOfThePage = [...tests, `${page}/serve.ts`];
/** Not the server beside the page, not the tests, and nothing out of its folder. */
const own = String.raw`${page}/(?!.*\btest\b|serve\.ts$)`;
const browserSdks = String.raw`simli-client/dist/client\.js$|@anam-ai/js-sdk$|@heygen/liveavatar-web-sdk$`;

/** The page, and the server beside it. */
export const demoRooms = [
  room(
    [`${page}/**/*.ts`],
    [
      {
        imports: `^(?!${own})`,
        because:
          'The page is made of its own files; only src/vendors knows the vendors’ browser SDKs, and nothing knows Node, a key or our packages.',
      },
    ],
    [...notOfThePage, `${page}/vendors/**`],
  ),
  room(
    [`${page}/vendors/*.ts`],
    [
      {
        imports: `^(?!${own}|${browserSdks})`,
        because:
          'A grant becomes a session by the vendor’s own browser SDK alone: no Node, no key, none of our packages.',
      },
    ],
  ),
  room(
    ['grant', 'watchdog', 'tab-lock', 'timeline'].map((name) => `${page}/${name}.ts`),
    [
      {
        imports: '',
        because: 'This file is there to be lifted into other pages as it is, so it imports nothing.',
      },
    ],
  ),
  room(
    [`${page}/serve.ts`],
    [
      {
        imports: String.raw`^(?!node:|${page}/config-file\.ts$)`,
        because: 'What serves the page needs Node alone, so that it can be installed without anything.',
      },
    ],
  ),
];
