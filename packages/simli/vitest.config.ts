import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  // One test checks thousands of random requests, which takes its time on a busy machine.
  test: { testTimeout: 30_000 },
};

export default config;
