/** The sandbox, in a process of its own: its first message is where Anam is. */
import { createSandbox } from '@org/sandbox';

const sandbox = await createSandbox();
process.send?.(sandbox.anam.baseUrl);
process.once('disconnect', () => process.exit());
