import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'checkers/porcupine-ts-port/test/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
