import { DISPLAY_NAMES } from '../call-state.ts';
import type { Grant, VendorName } from '../grant.ts';
import { Problem } from '../problem.ts';
import { connectAnam, loadAnam } from './anam.ts';
import { connectLiveAvatar, loadLiveAvatar } from './liveavatar.ts';
import { connectSimli, loadSimli, type SimliTransport } from './simli.ts';
import { orAborted, type AvatarSession, type ConnectOptions } from './vendor.ts';

type Options = ConnectOptions & { readonly transport: SimliTransport };

const SDKS: Readonly<Record<VendorName, () => Promise<unknown>>> = {
  simli: loadSimli,
  anam: loadAnam,
  liveavatar: loadLiveAvatar,
};

/**
 * Loads the vendor's SDK. Before there is a grant, since a page whose server has a newer one by now finds its own files
 * no more, and would pay for sessions that cannot begin.
 */
export async function loadSdk(vendor: VendorName): Promise<void> {
  try {
    await SDKS[vendor]();
  } catch (error) {
    throw new Problem(
      'sdk_not_loaded',
      `${DISPLAY_NAMES[vendor]}’s SDK could not be loaded.`,
      'This page may be older than what its server has now. Reload it.',
      error,
    );
  }
}

/**
 * Hands the grant to its vendor's SDK. Once the signal is aborted nobody waits any more, whatever hangs: the SDK's start
 * or the vendor's own stop.
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

async function begin(grant: Grant, options: Options): Promise<AvatarSession> {
  // The server may have granted another vendor's session in place of the one that was asked for.
  await loadSdk(grant.vendor);
  switch (grant.vendor) {
    case 'simli':
      return connectSimli(grant, options, options.transport);
    case 'anam':
      return connectAnam(grant, options);
    case 'liveavatar':
      return connectLiveAvatar(grant, options);
  }
}
