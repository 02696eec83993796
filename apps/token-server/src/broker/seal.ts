import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const NONCE_BYTES = 12;
const NONCES_AT_ONCE = 256;
const TAG_BYTES = 16;

/** Random nonces, each given out once. To ask the system for twelve bytes costs more than to seal with them. */
class Nonces {
  #bytes = Buffer.alloc(0);
  #given = 0;

  next(): Buffer {
    if (this.#given === this.#bytes.length) {
      this.#bytes = randomBytes(NONCES_AT_ONCE * NONCE_BYTES);
      this.#given = 0;
    }
    const from = this.#given;
    this.#given += NONCE_BYTES;
    return this.#bytes.subarray(from, this.#given);
  }
}

/** Encrypts what is kept for a while and holds a token; readable with the same secret, and only under the same name. */
export class Seal {
  readonly #key: KeyObject;
  readonly #nonces = new Nonces();

  /** Without a secret, only this process can read what it sealed. */
  constructor(secret: string | Buffer = randomBytes(32)) {
    const key = hkdfSync('sha256', secret, '', 'token-server idempotency', 32);
    // Made once: from bytes, each use would make it anew.
    this.#key = createSecretKey(Buffer.from(key));
  }

  seal(text: string, name: string): string {
    const nonce = this.#nonces.next();
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** `undefined` for what was not sealed so. */
  open(sealed: string, name: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}
