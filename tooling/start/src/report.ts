import { inspect } from 'node:util';
import { mint, presetsOf, withoutSecrets, type Preset } from './grants.ts';
import { DISPLAY_NAMES, VENDORS, type Settings, type Vendor } from './settings.ts';

/** Where everything is, one grant for each vendor, and how to mint another. */
export async function report(
  settings: Settings,
  { demo, sandbox, tokenServer }: Readonly<Record<'demo' | 'sandbox' | 'tokenServer', string>>,
  say: (line: string) => void,
): Promise<void> {
  say(`
demo page     ${demo}  (open it to see and hear a session)
sandbox       ${sandbox}
token server  ${tokenServer}  (callers are not checked: this is for development)`);
  const presets = await presetsOf(tokenServer);
  for (const vendor of VENDORS) {
    say(`\n${DISPLAY_NAMES[vendor]}: ${whoIsIt(settings, vendor)}`);
    say(
      await session(
        presets.find((preset) => preset.vendor === vendor),
        tokenServer,
      ),
    );
  }
  say(`
Mint one yourself:

  curl -s ${tokenServer}/v1/sessions -H 'content-type: application/json' -d '{"preset":"${presets[0]?.name ?? ''}"}'

Ctrl-C ends it.`);
}

function whoIsIt({ keys }: Settings, vendor: Vendor): string {
  return keys.has(vendor)
    ? 'the vendor itself, by the key in .env; a token costs nothing until a browser uses it'
    : 'the sandbox; with a key in .env it would be the vendor';
}

async function session(preset: Preset | undefined, tokenServer: string): Promise<string> {
  if (preset === undefined) return '  no preset names it';
  const { status, body } = await mint(tokenServer, preset.name);
  const shown = inspect(withoutSecrets(body), { depth: 6, colors: process.stdout.isTTY }).replaceAll(
    /^/gm,
    '  ',
  );
  return status === 201 ? shown : `${shown}\n  No session. ${adviceOn(body)}`;
}

/** By the code of the token server's problem document. */
const ADVICE: Readonly<Partial<Record<string, string>>> = {
  vendor_refused: 'Is the key good, and has its account what a session needs?',
  preset_broken: "Are the preset's ids your account's?",
  vendor_unavailable: 'The vendor is down, or cannot be reached from this machine.',
  vendor_timeout: 'The vendor is slow, or cannot be reached from this machine.',
};

function adviceOn(body: unknown): string {
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  return ADVICE[code] ?? 'The answer above says why.';
}
