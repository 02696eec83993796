import type { Grant } from '../grant.ts';
import { connectAnam } from './anam.ts';
import { connectLiveAvatar } from './liveavatar.ts';
import { connectSimli, type SimliTransport } from './simli.ts';
import type { AvatarSession, ConnectOptions } from './vendor.ts';

/** Hands the grant to its vendor's SDK, which is loaded only now. */
export function connect(
  grant: Grant,
  options: ConnectOptions & { readonly transport: SimliTransport },
): Promise<AvatarSession> {
  switch (grant.vendor) {
    case 'simli':
      return connectSimli(grant, options, options.transport);
    case 'anam':
      return connectAnam(grant, options);
    case 'liveavatar':
      return connectLiveAvatar(grant, options);
  }
}
