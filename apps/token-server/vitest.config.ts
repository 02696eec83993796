import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    // Tests that start the server as a process of its own take seconds on a machine with other work to do.
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
};

export default config;
