import type { UserConfig } from 'vite';

const config: UserConfig = {
  base: './',
  build: {
    outDir: 'dist/page',
    // Each vendor's SDK is a chunk of its own, loaded when its vendor is chosen; the largest brings LiveKit along.
    chunkSizeWarningLimit: 700,
  },
  server: { host: '127.0.0.1' },
};

export default config;
