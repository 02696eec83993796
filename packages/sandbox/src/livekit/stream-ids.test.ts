import { expect, test } from 'vitest';
import { withStreamIds } from './stream-ids.ts';

test('names streams as LiveKit does, and leaves the rest alone', () => {
  const section = (kind: string): string =>
    [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
      'a=mid:0',
      'a=msid:old track',
      'a=ssrc:7 cname:x',
      'a=ssrc:7 msid:old track',
      '',
    ].join('\r\n');
  const data = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n';
  const sdp = `v=0\r\na=msid-semantic: WMS old\r\n${section('audio')}${section('video')}${data}`;
  const named = withStreamIds(sdp, { participant: 'PA_1', audio: 'TR_a', video: 'TR_v' });
  expect(named.match(/^a=msid:.*$/gm)).toEqual(['a=msid:PA_1|TR_a TR_a', 'a=msid:PA_1|TR_v TR_v']);
  expect(named.match(/^a=ssrc:7 msid:.*$/gm)).toEqual([
    'a=ssrc:7 msid:PA_1|TR_a TR_a',
    'a=ssrc:7 msid:PA_1|TR_v TR_v',
  ]);
  expect(named.endsWith(data)).toBe(true);
  expect(named).toContain('a=ssrc:7 cname:x');
});
