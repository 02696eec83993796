import type { Started } from './start.ts';

/** What Prometheus would read; the server was started with metrics on port 0, and its log tells which that is. */
export async function metricsOf({ lines }: Started): Promise<string> {
  const [port] = lines
    .map((line) => JSON.parse(line) as { msg: string; port?: number })
    .flatMap((line) => (line.msg === 'metrics' ? [line.port] : []));
  return (await fetch(`http://127.0.0.1:${port ?? 0}/metrics`)).text();
}
