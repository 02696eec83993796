/** The three vendors, by the prefix under which the sandbox serves each. */
export type Vendor = 'simli' | 'anam' | 'liveavatar';

export const vendors: readonly Vendor[] = ['simli', 'anam', 'liveavatar'];

/** The operations that the sandbox serves. */
export interface Operations {
  simli: 'compose.createToken' | 'compose.listIceServers' | 'livekit.startAgentsSession';
  anam:
    | 'sessionTokens.create'
    | 'engine.startSession'
    | 'engine.talk'
    | 'sessions.get'
    | 'sessions.stop'
    | 'metrics.send';
  liveavatar:
    | 'sessions.createToken'
    | 'sessions.start'
    | 'sessions.stop'
    | 'sessions.keepAlive'
    | 'sessions.list'
    | 'sessions.get'
    | 'sessions.getTranscript';
}
