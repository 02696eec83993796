import type { SandboxOptions } from './sandbox.ts';

interface Rule {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

const MAX_PORT = 65_535;

const count: Rule = {
  must: 'a whole number from 0, or Infinity',
  holds: (value) => value === Infinity || (Number.isInteger(value) && Number(value) >= 0),
};
const amount: Rule = {
  must: 'a number from 0, or Infinity',
  holds: (value) => typeof value === 'number' && value >= 0,
};
const port: Rule = {
  must: `a whole number from 0 to ${MAX_PORT}`,
  holds: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_PORT,
};
const callback: Rule = { must: 'a function', holds: (value) => typeof value === 'function' };
const clock: Rule = {
  must: 'an object with the functions now and advance',
  holds: (value) => isObject(value) && ['now', 'advance'].every((name) => typeof value[name] === 'function'),
};

type RulesFor<T> = Readonly<Record<keyof T, Rule>>;
type RulesOf<K extends keyof SandboxOptions> = RulesFor<NonNullable<SandboxOptions[K]>>;

const own: RulesFor<Omit<SandboxOptions, 'anam' | 'liveavatar'>> = { port, clock, onRequest: callback };
const anam: RulesOf<'anam'> = { mintLimit: count, concurrency: count };
const liveavatar: RulesOf<'liveavatar'> = { concurrency: count, credits: amount };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Throws a TypeError that names the option at fault: what comes from JavaScript has not met the type. */
export function checkOptions(options: unknown): void {
  if (!isObject(options)) throw new TypeError('options: must be an object');
  const { anam: ofAnam, liveavatar: ofLiveAvatar, ...rest } = options;
  check('', own, rest);
  check('anam', anam, ofAnam);
  check('liveavatar', liveavatar, ofLiveAvatar);
}

function check(group: string, rules: Readonly<Record<string, Rule>>, values: unknown): void {
  if (values === undefined) return;
  if (!isObject(values)) throw new TypeError(`${group}: must be an object`);
  for (const [name, value] of Object.entries(values)) {
    const option = group ? `${group}.${name}` : name;
    // Not `rules[name]`: a name like one that every object inherits must stay unknown.
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) throw new TypeError(`${option}: is not an option`);
    if (value !== undefined && !rule.holds(value)) throw new TypeError(`${option}: must be ${rule.must}`);
  }
}
