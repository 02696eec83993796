/** There is no binary for this platform, so nobody can be asked to install one. */
export class NoPackage extends Error {
  override readonly name = 'NoPackage';
}

/** The words in packages' names that stand for what Node calls otherwise. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  win32: ['win32', 'windows'],
  x64: ['x64', '64'],
  arm64: ['arm64', 'aarch64'],
};

/** Whether a package with this name holds the binary for a platform, such as `@deno/linux-x64-glibc`. */
export function isFor(name: string, platform: string, arch: string): boolean {
  const words = name.split(/[-/]/);
  return [platform, arch].every((wanted) => (WORDS[wanted] ?? [wanted]).some((word) => words.includes(word)));
}
