/**
 * `pnpm runtimes`: has the same story told in every runtime that people deploy to, and prints a table. Everything runs
 * on this machine, from binaries of the registry.
 */
import { createSandbox } from '@org/sandbox';
import { hosts } from './hosts.ts';
import { writePrograms } from './programs.ts';
import { remarksOf, tableOf } from './table.ts';
import { complaintOf, visit, type Visit } from './visit.ts';

await using sandbox = await createSandbox();
await using programs = await writePrograms();
const visits: Visit[] = [];
for (const host of hosts) visits.push(await visit(host, programs, sandbox));
console.log(tableOf(visits));

for (const remark of visits.flatMap(remarksOf)) console.error(remark);
const complaint = complaintOf(visits);
if (complaint !== undefined) console.error(complaint);
const failed = visits.some((one) => !('skipped' in one) && remarksOf(one).length > 0);
process.exitCode = failed || complaint !== undefined ? 1 : 0;
