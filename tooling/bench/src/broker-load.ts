import { once } from 'node:events';
import type { Asked, Asking } from './broker-callers.ts';
import { start } from './child.ts';

/** Callers in a process of their own. */
export interface Callers extends Disposable {
  ask(asking: Asking): Promise<Asked>;
}

export async function startCallers(): Promise<Callers> {
  const { child } = await start('./broker-callers.ts');
  return {
    ask: async (asking) => {
      child.send(asking);
      const [answer] = (await once(child, 'message')) as [Asked | { failed: string }];
      if ('failed' in answer) throw new Error(answer.failed);
      return answer;
    },
    [Symbol.dispose]: () => {
      child.disconnect();
    },
  };
}
