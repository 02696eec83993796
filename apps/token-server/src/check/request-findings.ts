import type { Preset } from '../config/presets.ts';
import { fieldIn } from './fields.ts';
import type { Finding } from './finding.ts';

/** What the file itself tells of a preset, and no vendor's check refuses: it goes wrong later, or in silence. */
export function requestFindings(preset: Preset): readonly Finding[] {
  const { name, vendor, request } = preset;
  const findings: Finding[] = [];
  const add = (level: Finding['level'], field: string, message: string): void => {
    findings.push({ level, where: `presets.${name}.request${field === '' ? '' : `.${field}`}`, message });
  };
  for (const [field, url] of livekitUrls(request)) {
    if (!/^wss?:\/\//i.test(url)) {
      add(
        'wrong',
        field,
        'is no wss:// address: LiveKit is reached by WebSocket, so write wss:// for https://',
      );
    }
  }
  if (vendor === 'liveavatar') {
    const full = (fieldIn(request, 'mode') ?? 'FULL') === 'FULL';
    const agent = fieldIn(request, 'voice_agent.id');
    if (full && agent === undefined && fieldIn(request, 'avatar_persona.context_id') === undefined) {
      add(
        'wrong',
        'avatar_persona.context_id',
        'is missing: in FULL mode the avatar then ignores its user, without an error',
      );
    }
    if (fieldIn(request, 'is_sandbox') === true) {
      add(
        'note',
        'is_sandbox',
        'is on: sessions end after about a minute, and only LiveAvatar’s own sandbox avatar may be used',
      );
    }
  }
  if (vendor === 'anam' && fieldIn(request, 'personaConfig.personaId') !== undefined) {
    add(
      'note',
      'personaConfig.personaId',
      `takes no cap here: set ${preset.caps.maxSessionSeconds} seconds in the persona at Anam, or nothing ends its sessions`,
    );
  }
  if (vendor === 'simli' && fieldIn(request, 'apiVersion') !== 'v2') {
    add(
      'note',
      'apiVersion',
      'is not v2: by what users report, Simli then does not look whether the face exists',
    );
  }
  return findings;
}

function livekitUrls(value: unknown, path = ''): readonly (readonly [field: string, url: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]: [string, unknown]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (typeof inside !== 'string') return livekitUrls(inside, field);
    return /^livekit_?url$/i.test(name) ? [[field, inside] as const] : [];
  });
}
