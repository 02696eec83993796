import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Packed } from '../src/pack.ts';

const packages = workerData as readonly Packed[];
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** What a registry tells of a package. */
function described({ tarball, manifest }: Packed): object {
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const dist = { tarball: `${address()}${manifest.name}/-/it.tgz`, integrity };
  const versions = { [manifest.version]: { ...manifest, dist } };
  return { name: manifest.name, 'dist-tags': { latest: manifest.version }, versions };
}

const server = createServer(({ url = '' }, response) => {
  const [name, file] = decodeURIComponent(url.slice(1)).split('/-/');
  const found = packages.find(({ manifest }) => manifest.name === name);
  if (found === undefined) response.writeHead(404).end('{}');
  else response.end(file === undefined ? JSON.stringify(described(found)) : readFileSync(found.tarball));
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(address()));
