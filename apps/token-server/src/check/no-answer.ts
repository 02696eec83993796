/** What the system, or TLS, calls the failure of a connection. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return NO_ANSWER;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

/** It was closed, or silent. */
export const NO_ANSWER = 'no answer';

/** Whether somebody answered by TLS, and Node does not trust who it says it is. */
export function isUntrusted(code: string): boolean {
  return /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT)/.test(code);
}

export const UNTRUSTED =
  'has a certificate that Node does not trust: correct the host, or name the file of its authority with NODE_EXTRA_CA_CERTS';
