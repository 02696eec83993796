/** How a room names one participant's tracks. */
export interface TrackNames {
  readonly participant: string;
  readonly audio: string;
  readonly video: string;
}

/**
 * Names the streams of a description as LiveKit does: `participant|track`, by which its client finds out whose
 * track it has before it.
 */
export function withStreamIds(sdp: string, names: TrackNames): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      const kind = /^m=(audio|video) /.exec(section)?.[1] as 'audio' | 'video' | undefined;
      if (!kind) return section;
      const id = `${names.participant}|${names[kind]} ${names[kind]}`;
      return section.replace(/^a=msid:.*$/gm, `a=msid:${id}`).replace(/^(a=ssrc:\d+ msid:).*$/gm, `$1${id}`);
    })
    .join('');
}
