// Tests lie beside their source; the last line of a run is plain, so that a machine can count it.
import { defineConfig } from 'vitest/config';
import { PlainReporter } from './tools/plain-reporter.js';

export default defineConfig({
  test: {
    include: ['*/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: ['default', new PlainReporter()],
    // Tests that compile C or start servers share two cores with their subjects.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
