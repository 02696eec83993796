import { expect, test } from 'vitest';
import { sendOn } from './peer.ts';

test.each(['InvalidStateError', 'OperationError', 'TypeError'])(
  'what a channel refuses to send is lost, and no %s comes of it',
  (name) => {
    const send = (): void => {
      throw new DOMException('not now', name);
    };
    // The stack's own channels take what is too much, and then close: a test cannot make them refuse.
    const channel = { send } as unknown as RTCDataChannel;
    expect(() => {
      sendOn(channel, 'text');
      sendOn(channel, new Uint8Array(1));
      sendOn(undefined, 'text');
    }).not.toThrow();
  },
);
