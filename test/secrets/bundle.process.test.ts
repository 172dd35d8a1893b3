/** Only the function of a service with secrets contains the clients that read them. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

/** The clients of AWS in the bundle of a file, or of the given code. */
async function clientsIn(source: string | { readonly code: string }): Promise<string[]> {
  const entry =
    typeof source === 'string'
      ? { entryPoints: [join(ROOT, source)] }
      : { stdin: { contents: source.code, resolveDir: ROOT, loader: 'ts' as const } };
  const { metafile } = await build({
    ...{ ...entry, absWorkingDir: ROOT, bundle: true, write: false, metafile: true },
    ...{ platform: 'node', format: 'esm', outdir: 'out', logLevel: 'silent' },
  });
  const clients = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [/@aws-sdk\/(client-[\w-]+)/.exec(input)?.[1]] : []));
  return [...new Set(clients)].filter((client) => client !== undefined).toSorted();
}

describe('the bundle of a function', () => {
  it.each(['functions/check-endpoints.ts', 'functions/mark-late-runs.ts'])(
    'has no client for secrets if its service has none: %s',
    async (file) => {
      expect(await clientsIn(file)).toEqual(['client-dynamodb']);
    },
  );

  it('has none if it imports the package, which exports `awsSecrets`, and has no secrets', async () => {
    const code = `
      import { defineService, scheduledHandler } from './lib/index.ts';
      export const handler = scheduledHandler(defineService({ name: 'trivial', interval: '5m' }));
    `;

    expect(await clientsIn({ code })).toEqual(['client-dynamodb']);
  });

  it('has both if its handler gets `awsSecrets()`', async () => {
    expect(await clientsIn('test/local/fixtures/secretive.ts')).toEqual([
      ...['client-dynamodb', 'client-secrets-manager', 'client-ssm'],
    ]);
  });
});
