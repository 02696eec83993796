import { importsRule } from '../imports-rule.js';

const plugin = { rules: { imports: importsRule } };

/** One room: in `files`, an import that breaks `rules` fails with the reason of the first that it breaks. */
export function room(files, rules, ignores = tests) {
  return {
    files,
    ignores,
    plugins: { rooms: plugin },
    rules: { 'rooms/imports': ['error', rules] },
  };
}

/** These modules and all that is in them. */
export function within(...names) {
  return `^(${names.map(escaped).join('|')})(/|$)`;
}

/** All but these. A name that ends in a slash or a colon stands for all that is in it. */
export function allBut(...names) {
  const each = names.map((name) => (/[/:]$/.test(name) ? escaped(name) : `${escaped(name)}$`));
  return `^(?!${each.join('|')})`;
}

function escaped(name) {
  return name.replaceAll('.', String.raw`\.`);
}

export const tests = ['**/*.test.ts', '**/test/**'];

const vendorPackages = ['@org/simli', '@org/anam', '@org/liveavatar'];

/** Our clients, and what they share. */
export const clients = within('@org/core', ...vendorPackages);

export const noVendors = {
  imports: within(...vendorPackages),
  because: 'Vendor packages are released and installed alone, so nothing below the apps may import one.',
};
export const noSandbox = {
  imports: within('@org/sandbox'),
  because:
    'The sandbox stands in for the vendors in tests and in the start command; shipped code never needs it.',
};
