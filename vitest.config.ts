import { defineConfig } from 'vitest/config';

/** Files whose tests start processes or worker threads. */
const PROCESSES = 'test/**/*.process.test.ts';
/** The short form of the fault suite. */
const FAULTS = 'test/faults/**/*.test.ts';

export default defineConfig({
  test: {
    // On a busy machine everything takes longer: only a test that hangs is to fail by this.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: '100%',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/support/setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [PROCESSES, FAULTS],
          // Modules are loaded once a worker and not once a file. The setup file undoes what a file stubbed.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'processes', include: [PROCESSES] } },
      { extends: true, test: { name: 'faults', include: [FAULTS] } },
    ],
  },
});
