import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Vitest leaves one core free, which on two cores is half of them.
    maxWorkers: '100%',
    include: ['test/**/*.test.ts', 'checkers/porcupine-ts-port/test/**/*.test.ts'],
    // A module is loaded, and made fast, once for all files of a worker: no module here keeps what a test did.
    isolate: false,
    globalSetup: ['test/support/common-folder.ts'],
    // Never a timed test: these end what hangs, on a machine however busy.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // What is built is run as Node runs it.
    server: { deps: { external: [/\/dist\//] } },
  },
});
