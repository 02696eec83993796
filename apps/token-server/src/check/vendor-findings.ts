import type { Account } from '../config/environment.ts';
import type { Preset } from '../config/presets.ts';
import { keyVariable, type VendorName } from '../config/vendor-names.ts';
import { fieldIn } from './fields.ts';
import type { Finding } from './finding.ts';
import { lookUp } from './look-up.ts';

/**
 * Which field of a request names what, and where the vendor lists such things. The routes are those of the vendors'
 * published API descriptions; none was tried against a vendor, so an answer that is neither yes nor no is no verdict.
 */
interface Named {
  readonly field: string;
  readonly list: string;
}

const NAMED: Readonly<Record<VendorName, readonly Named[]>> = {
  // Simli's own faces are in no list that a key can ask for.
  simli: [],
  anam: [
    { field: 'personaConfig.personaId', list: '/v1/personas' },
    { field: 'personaConfig.avatarId', list: '/v1/avatars' },
    { field: 'personaConfig.voiceId', list: '/v1/voices' },
    { field: 'personaConfig.llmId', list: '/v1/llms' },
  ],
  liveavatar: [
    { field: 'avatar_id', list: '/v1/avatars' },
    { field: 'avatar_persona.voice_id', list: '/v1/voices' },
    { field: 'avatar_persona.context_id', list: '/v1/contexts' },
    { field: 'llm_configuration_id', list: '/v1/llm-configurations' },
  ],
};

/** Whether the things that a preset names exist, where the vendor can tell. */
export async function idFindings(
  { name, vendor, request }: Preset,
  account: Account,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    NAMED[vendor].map(async ({ field, list }): Promise<readonly Finding[]> => {
      const id = fieldIn(request, field);
      if (typeof id !== 'string') return [];
      const where = `presets.${name}.request.${field}`;
      const answer = await lookUp(vendor, account, `${list}/${encodeURIComponent(id)}`);
      if (answer?.found === true) return [{ level: 'good', where, message: 'exists' }];
      if (answer?.missing !== true)
        return [{ level: 'note', where, message: `cannot be looked up (${statusOf(answer)})` }];
      // Either there is no such thing, or no such route: then its list is not there either.
      const listed = await lookUp(vendor, account, list);
      return [
        listed?.found === true
          ? {
              level: 'wrong',
              where,
              message: `names nothing that ${vendor} has for this key: look its id up there`,
            }
          : { level: 'note', where, message: `cannot be looked up: this address has no ${list}` },
      ];
    }),
  );
  return found.flat();
}

/** What the vendor tells of the account, and what that means for these presets. */
export async function accountFindings(
  vendor: VendorName,
  account: Account,
  presets: readonly Preset[],
): Promise<readonly Finding[]> {
  const where = keyVariable(vendor);
  const unknown = (what: string): Finding => ({
    level: 'note',
    where,
    message: `${what} cannot be known from here`,
  });
  if (vendor === 'simli') return [unknown('what credit is left')];
  if (vendor === 'anam') {
    const body = (await lookUp(vendor, account, '/v1/sessions/concurrency'))?.body;
    const [limit, active] = [fieldIn(body, 'limit'), fieldIn(body, 'active')];
    const known = typeof limit === 'number' && typeof active === 'number';
    return [
      known
        ? {
            level: 'note',
            where,
            message: `${active} of the plan’s ${limit} sessions run now; write it as limits.sessions.perVendor.anam`,
          }
        : unknown('how many sessions the plan allows'),
      unknown('what credit is left'),
    ];
  }
  const answer = await lookUp(vendor, account, '/v1/users/credits');
  const left = Number(fieldIn(answer?.body, 'data.credits_left') ?? fieldIn(answer?.body, 'credits_left'));
  if (Number.isNaN(left)) return [unknown('what credit is left')];
  if (left < 1 && presets.every(({ request }) => fieldIn(request, 'is_sandbox') === true)) {
    return [{ level: 'note', where, message: `has ${left} credits left, and its sandbox takes none` }];
  }
  return [
    left < 1
      ? {
          level: 'wrong',
          where,
          message: `has ${left} credits left, and a session needs one to start: buy some at LiveAvatar`,
        }
      : { level: 'good', where, message: `has ${left} credits left` },
  ];
}

function statusOf(answer: { readonly status: number } | undefined): string {
  return answer === undefined ? 'no answer' : `status ${answer.status}`;
}
