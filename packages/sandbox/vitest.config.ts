import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  // Pictures are drawn and encoded in real time: on a busy machine a test waits for its frames.
  test: { testTimeout: 90_000, hookTimeout: 30_000 },
};

export default config;
