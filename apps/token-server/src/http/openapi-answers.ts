import { VENDOR_NAMES } from '../config/vendor-names.ts';
import { PROBLEM_KINDS } from './problem-codes.ts';

const text = { type: 'string' };
const flag = { type: 'boolean' };
const count = { type: 'integer', minimum: 0 };
const time = { type: 'string', format: 'date-time' };
const uuid = { type: 'string', format: 'uuid' };
const vendor = { type: 'string', enum: [...VENDOR_NAMES] };

const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const list = (name: string): object => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } });

const limits = object({ maxSessionSeconds: count, idleSeconds: count, heartbeatSeconds: count }, [
  'idleSeconds',
  'heartbeatSeconds',
]);

export type AnswerName = 'Grant' | 'Session' | 'Sessions' | 'Preset' | 'Presets' | 'Status' | 'Problem';

/** What the server answers, as JSON Schema. A test holds every answer against these, and finds what they lack. */
export const answerSchemas: Readonly<Record<AnswerName, object>> = {
  Grant: object(
    {
      id: uuid,
      vendor,
      preset: text,
      token: text,
      expiresAt: time,
      redeemBy: time,
      // What it holds is the vendor's, and differs by preset.
      connect: { type: 'object' },
      limits,
      capabilities: object({ stop: flag, keepAlive: flag }),
      endToken: text,
    },
    ['expiresAt', 'redeemBy'],
  ),
  Session: object(
    {
      id: uuid,
      preset: text,
      vendor,
      createdAt: time,
      expiresAt: time,
      status: { type: 'string', enum: ['pending', 'live', 'ending', 'ended'] },
      canStop: flag,
      endReason: text,
      usedSeconds: count,
    },
    ['endReason', 'usedSeconds'],
  ),
  Sessions: object({ sessions: list('Session') }),
  Preset: object({ name: text, vendor, description: text, limits }, ['description']),
  Presets: object({ presets: list('Preset') }),
  Status: object({ status: { type: 'string', enum: ['alive', 'ready', 'draining'] } }),
  Problem: object(
    {
      type: text,
      title: text,
      status: count,
      detail: text,
      request_id: uuid,
      code: { type: 'string', enum: Object.keys(PROBLEM_KINDS) },
      hint: text,
      limit: text,
    },
    ['hint', 'limit'],
  ),
};
