import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    // The end-to-end tests start a browser, a server and faces that are drawn as they speak.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    // Two browsers at once would measure each other.
    fileParallelism: false,
  },
};

export default config;
