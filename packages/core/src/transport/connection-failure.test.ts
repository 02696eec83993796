import { describe, expect, it } from 'vitest';
import { connectionFailure } from './connection-failure.ts';

function coded(code: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { code });
}

describe('connectionFailure', () => {
  it.each([
    ['ENOTFOUND', 'dns', 'cured'],
    ['EAI_AGAIN', 'dns', 'cured'],
    ['ECONNREFUSED', 'connect', 'cured'],
    ['EHOSTUNREACH', 'connect', 'cured'],
    ['ENETUNREACH', 'connect', 'cured'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect', 'cured'],
    ['ConnectionRefused', 'connect', 'cured'],
    ['FailedToOpenSocket', 'connect', 'cured'],
    ['CERT_HAS_EXPIRED', 'tls', 'pointless'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'pointless'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', 'pointless'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'pointless'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'pointless'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'pointless'],
    ['EPROTO', 'tls', 'pointless'],
    ['UND_ERR_INVALID_ARG', 'sent', 'pointless'],
    ['UND_ERR_CLOSED', 'sent', 'pointless'],
    ['ECONNRESET', 'sent', 'perhaps'],
    ['EPIPE', 'sent', 'perhaps'],
    ['UND_ERR_SOCKET', 'sent', 'perhaps'],
    ['SOMETHING_NEW', 'sent', 'perhaps'],
  ])(
    'reads %s, where nobody tells how far it came, as phase %s and a repeat as %s',
    (code, phase, repeat) => {
      expect(connectionFailure(coded(code), undefined)).toMatchObject({ kind: 'connection', phase, repeat });
    },
  );

  it.each(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'EPROTO'])(
    'never takes %s for a request that was not sent, when it is known to have been',
    (code) => {
      expect(connectionFailure(coded(code), 'sent')).toMatchObject({ phase: 'sent', repeat: 'perhaps' });
      expect(connectionFailure(coded(code), 'body')).toMatchObject({ phase: 'body', repeat: 'perhaps' });
    },
  );

  it.each(['read', 'write'])('takes EHOSTUNREACH on %s for a connection that had stood', (syscall) => {
    const error = Object.assign(coded('EHOSTUNREACH', `${syscall} EHOSTUNREACH`), { syscall });
    expect(connectionFailure(error, undefined)).toMatchObject({ phase: 'sent', repeat: 'perhaps' });
    const wrapped = new TypeError('fetch failed', { cause: error });
    expect(connectionFailure(wrapped, undefined)).toMatchObject({ phase: 'sent', repeat: 'perhaps' });
  });

  it('takes EHOSTUNREACH on connect for a connection that never stood', () => {
    const error = Object.assign(coded('EHOSTUNREACH'), { syscall: 'connect' });
    expect(connectionFailure(error, undefined)).toMatchObject({ phase: 'connect', repeat: 'cured' });
  });

  it.each([
    ['connect', 'cured'],
    ['tls', 'cured'],
    ['sent', 'perhaps'],
    ['body', 'perhaps'],
  ] as const)('goes by the phase %s where the code says nothing', (reached, repeat) => {
    expect(connectionFailure(coded('ECONNRESET'), reached)).toMatchObject({ phase: reached, repeat });
  });

  it.each([
    ['tcp connect error: Connection refused (os error 111)', 'connect', 'cured'],
    ['dns error: failed to lookup address information', 'dns', 'cured'],
    ['invalid peer certificate: UnknownIssuer', 'tls', 'pointless'],
  ])('reads Deno’s words where there is no code: %s', (words, phase, repeat) => {
    const error = new TypeError(
      `error sending request for url (http://x/): client error (Connect): ${words}`,
    );
    expect(connectionFailure(error, undefined)).toMatchObject({ phase, repeat });
  });

  it('looks into causes and into what was gathered from each address', () => {
    const gathered = new AggregateError([coded('ECONNREFUSED', 'connect ::1'), coded('ECONNREFUSED')], '');
    const failure = connectionFailure(new TypeError('fetch failed', { cause: gathered }), undefined);
    expect(failure).toMatchObject({ phase: 'connect', repeat: 'cured', message: 'ECONNREFUSED' });
  });

  it('does not look forever', () => {
    const circular = new Error('round and round');
    circular.cause = new Error('and round', { cause: circular });
    expect(() => connectionFailure(circular, undefined)).not.toThrow();
  });

  it('names what fetch wraps, and not that fetch failed', () => {
    const wrapped = new TypeError('fetch failed', { cause: coded('ECONNRESET', 'read ECONNRESET') });
    expect(connectionFailure(wrapped, undefined).message).toBe('read ECONNRESET');
  });

  it.each([undefined, null, 'broken', { code: 'ENOTFOUND' }])('takes %o, which is no error', (thrown) => {
    expect(connectionFailure(thrown, undefined)).toMatchObject({
      message: 'the connection failed',
      repeat: 'perhaps',
      phase: 'sent',
    });
  });
});
