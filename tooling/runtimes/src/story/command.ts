/** The story as a program, for runtimes that have a command line. */
import { tell } from './story.ts';

const say = (line: object): void => {
  console.log(JSON.stringify(line));
};

say({ step: 'entry', told: import.meta.resolve('@org/core').split('/').at(-1) });
for await (const line of tell(process.env['SANDBOX_URL'] ?? '')) say(line);
