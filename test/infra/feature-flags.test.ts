/** The feature flags of CDK, which decide what the templates of the stack look like. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

test('the context in cdk.json has the flags that this CDK recommends to a new app, with their values', () => {
  const recommended = read(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'));
  const { context } = read(join(ROOT, 'cdk.json')) as { context: Record<string, unknown> };
  const flags = Object.entries(context).filter(([name]) => name.startsWith('@aws-cdk'));

  expect(Object.fromEntries(flags)).toEqual(recommended);
});
