/** The texts of the files that `tickover init` writes. */

/** The kinds of modules of a project, which decide what its TypeScript files are called. */
export interface ModuleNames {
  /** `ts` in a project whose package.json has the type `module`, otherwise `mts`, which is an ES module everywhere. */
  readonly source: 'ts' | 'mts';
  /** The extension by which one file imports another. */
  readonly imported: 'js' | 'mjs';
}

/** The first service. */
export const SERVICE = `import { defineService, raiseForStatus, type Surroundings } from 'tickover';

/** Requests a page. If three requests in a row fail, the service halts for a while and an alarm is raised. */
export default defineService({
  name: 'hello',
  interval: '5m',
  local: { interval: '10s' },
  prepare: ({ env }: Surroundings) => ({ url: env['PAGE_URL'] ?? 'https://example.com/' }),
  workload: async ({ prepared, signal, log }) => {
    const response = raiseForStatus(await fetch(prepared.url, { signal }));
    log.info('the page is up', { bytes: (await response.arrayBuffer()).byteLength });
  },
});
`;

/** The test of the first service. It asks no server: `data:,Hello` is a URL that contains its page. */
export function serviceTest(runner: 'node:test' | 'vitest', { imported }: ModuleNames): string {
  return `import assert from 'node:assert/strict';
${runner === 'vitest' ? "import { test } from 'vitest';\n" : "import { test } from 'node:test';\n"}import { harness } from 'tickover/testing';
import hello from './hello.${imported}';

const env = { PAGE_URL: 'data:,Hello' };

test('logs the size of the page', async () => {
  const h = harness(hello, { env });

  const { outcome } = await h.tick();

  assert.equal(outcome, 'succeeded');
  assert.equal(h.log.find(({ message }) => message === 'the page is up')?.fields['bytes'], 5);
});

test('halts after three failures in a row', async () => {
  const h = harness(hello, { env });
  h.fail(Object.assign(new Error('the server is down'), { code: 'ECONNREFUSED' }), { times: 3 });

  await h.advance('15m');

  assert.equal(h.state.status, 'halted');
});
`;
}

/** The lines that deploy the services of the directory `services` from a stack. */
export const IMPORT_LINE = "import { TickoverServices } from 'tickover/cdk';";
/** The statement for the constructor of a stack. */
export const servicesLine = (stack: string) => `new TickoverServices(${stack}, 'Services', { directory: 'services' });`;

/** The CDK app. */
export function cdkApp(stackName: string): string {
  return `import { App, Stack } from 'aws-cdk-lib';
${IMPORT_LINE}

const stack = new Stack(new App(), '${stackName}');
${servicesLine('stack')}
`;
}

/** The configuration of the command `cdk`. */
export function cdkConfiguration({ source }: ModuleNames): string {
  return `${JSON.stringify({ app: `node --import tsx infra/app.${source}` }, null, 2)}\n`;
}

/** The configuration of TypeScript. */
export const TYPESCRIPT_CONFIGURATION = `{
  "compilerOptions": {
    "target": "ES2022",
    "lib": ["ES2023"],
    "module": "NodeNext",
    "types": ["node"],
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true
  },
  "exclude": ["node_modules", "cdk.out", ".tickover"]
}
`;

/** The lines of `.gitignore`. */
export const IGNORED = ['node_modules/', '.tickover/', 'cdk.out/', '.env'];

/**
 * The settings of pnpm, which refuses to install packages whose build scripts are neither allowed nor forbidden. Both
 * packages contain what their scripts would build.
 */
export const PNPM_SETTINGS = `allowBuilds:
  classic-level: false
  esbuild: false
`;
