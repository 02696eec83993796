import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  // Most tests wait for a server and not for the processor, so more of them fit beside each other than it has cores.
  test: { maxWorkers: 4, testTimeout: 60_000, expect: { poll: { timeout: 10_000 } } },
};

export default config;
