// Plain JavaScript without imports of our own, so that an old Node and a half-finished install get a sentence.
import { spawnSync } from 'node:child_process';
import console from 'node:console';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const COMMAND = 'npx -y pnpm@12.21.0';
const INCOMPLETE = `The installation is not complete: run \`${COMMAND} install\`.`;
const root = fileURLToPath(new URL('../..', import.meta.url));
const problem = problemOfNode() ?? problemOfInstallation() ?? problemOfBuild();
if (problem === undefined) await import('./src/main.ts');
else {
  console.error(problem);
  process.exitCode = 1;
}

function problemOfNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return undefined;
  return `This needs Node 22.18 or newer and runs on ${process.version}: use \`${COMMAND} start\`, which brings its own.`;
}

// pnpm takes what it installed for one package (`--filter`) for the whole, and installs no more by itself.
function problemOfInstallation() {
  const projects = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  );
  const isBare = (project) =>
    existsSync(join(project, 'package.json')) && !existsSync(join(project, 'node_modules'));
  return projects.some(isBare) ? INCOMPLETE : undefined;
}

function problemOfBuild() {
  console.log('Building what has changed …');
  const { error, status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/turbo'),
    ['run', 'build', '--filter=@org/start^...', '--output-logs=errors-only'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
  );
  if (error !== undefined) return INCOMPLETE;
  return status === 0 ? undefined : `${stdout}${stderr}\nThe build failed, see above.`;
}
