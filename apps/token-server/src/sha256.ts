import { hash } from 'node:crypto';

/** A text's SHA-256, in base64url. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
