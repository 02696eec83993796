import type { Grant } from '../grant.ts';
import { connectAnam } from './anam.ts';
import { connectLiveAvatar } from './liveavatar.ts';
import { connectSimli, type SimliTransport } from './simli.ts';
import { orAborted, type AvatarSession, type ConnectOptions } from './vendor.ts';

type Options = ConnectOptions & { readonly transport: SimliTransport };

/**
 * Hands the grant to its vendor's SDK, which is loaded only now. Once the signal is aborted nobody waits any more,
 * whatever hangs: the SDK's file, its start, or the vendor's own stop.
 */
export async function connect(grant: Grant, options: Options): Promise<AvatarSession> {
  const connecting = begin(grant, options);
  try {
    return await orAborted(connecting, options.signal);
  } catch (error) {
    // It may come all the same, when nobody wants it any more.
    connecting.then((session) => session.disconnect()).catch(() => undefined);
    throw error;
  }
}

function begin(grant: Grant, options: Options): Promise<AvatarSession> {
  switch (grant.vendor) {
    case 'simli':
      return connectSimli(grant, options, options.transport);
    case 'anam':
      return connectAnam(grant, options);
    case 'liveavatar':
      return connectLiveAvatar(grant, options);
  }
}
