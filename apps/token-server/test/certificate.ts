import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = '/usr/bin/openssl';

export const haveOpenssl: boolean = existsSync(PROGRAM);
if (!haveOpenssl) console.warn(`SKIPPED: ${PROGRAM} is not there, so nothing is tried by TLS.`);

/** Who a server on 127.0.0.1 is, by its own word alone. */
export interface Certificate extends AsyncDisposable {
  readonly file: string;
  readonly keyFile: string;
}

export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [file, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await promisify(execFile)(PROGRAM, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', file],
  ]);
  return { file, keyFile, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
