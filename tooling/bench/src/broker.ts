/**
 * `pnpm bench:broker`: what a grant of the token server costs beside a bare Express handler, and writes it to BROKER.md,
 * which the token server's README shows. Everything runs on this machine.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { machine } from '@org/presets/machine';
import { measureApart } from './broker-apart.ts';
import { measureGrants, WARM_UP } from './broker-grants.ts';
import { measureWarm } from './broker-warm.ts';
import { startSandbox, startServer, type Vendor } from './child.ts';

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

// Whoever reads the times must know whether the machine had other work.
const busy = `${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores`;

async function measuredWith(starting: Promise<Vendor>): Promise<string> {
  using vendor = await starting;
  const { grants, refusals } = await measureGrants(vendor, tell);
  return `${grants}\n\n${refusals}`;
}

const besideSandbox = await measuredWith(startSandbox());
const besideIdle = await measuredWith(startServer());

const results = `# Measured

By \`pnpm bench:broker\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. The vendor, the callers, Redis and
the server under test share that machine; servers take turns, medians over rounds, ratios made round by round. Read the
ratios: the numbers are this machine's, whose load was ${busy} before it began.

## Grants and refusals, against the sandbox

With everything on: JWT, limits of requests and minutes, a lease, an Idempotency-Key, metrics, the log. 200 callers take
turns, each with a JWT of its own; where every JWT is new, each is verified. 32 requests at once, after ${WARM_UP} of each
server that are not measured. The aim is 0.6 of the bare handler's grants in memory, 0.4 with Redis, and 1.7 times one
process with two. Of a refusal it is a quarter of a grant's CPU; what Express alone takes to refuse is the least there
is.

${besideSandbox}

## The same, against a vendor that answers at once

The sandbox checks every request and signs every token, on the cores that the others want too, so a bare handler waits
for it more than the token server does. Here the vendor is as good as free, and the ratio is that of the servers' own
work.

${besideIdle}

## Warm grants

The aim is a warm grant's p99 under 15 ms.

${await measureWarm(tell)}

## While one vendor ails

The aim is a ratio of 1.2 at most.

${await measureApart(tell)}
`;

await writeFile(new URL('../BROKER.md', import.meta.url), results);
process.stdout.write(results);
