/** The story as a worker, for runtimes that answer requests. */
import { tell } from './story.ts';

export default {
  async fetch(_request: Request, env: { readonly SANDBOX_URL: string }): Promise<Response> {
    const lines: string[] = [];
    for await (const line of tell(env.SANDBOX_URL)) lines.push(JSON.stringify(line));
    return new Response(lines.join('\n'));
  },
};
