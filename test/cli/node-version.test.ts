/** A Node that is too old is refused by every command, in one line. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

const { refusal } = createRequire(import.meta.url)('../../lib/cli/node-version.cjs') as {
  refusal(version: string, supported: string): string | undefined;
};
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { scripts, engines } = JSON.parse(textOf('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

describe('the version of Node', () => {
  it.each(['20.19.0', '20.19.1', '20.20.2', '22.0.0', '24.1.0', '100.0.0'])('%s is accepted', (version) => {
    expect(refusal(version, '20.19')).toBeUndefined();
  });

  it.each(['0.10.48', '8.17.0', '18.20.8', '19.9.0', '20.9.0', '20.18.3'])('%s is refused by its name', (version) => {
    expect(refusal(version, '20.19')).toBe(
      `tickover: Node: expected version 20.19 or newer, got ${version}; nothing was started`,
    );
  });

  it('is stated in package.json as one lower bound, which the check reads', () => {
    expect(engines.node).toMatch(/^>=\d+(\.\d+)*$/);
  });
});

describe('every command', () => {
  const CHECKED =
    /^(node lib\/cli\/launch\.cjs \S+\.ts|node lib\/cli\/node-version\.cjs && .+|npm run typecheck && .+)$/;

  it.each(Object.entries(scripts))('checks the version before anything else: npm run %s', (_, script) => {
    expect(script).toMatch(CHECKED);
  });

  it('of the CDK checks it too', () => {
    expect((JSON.parse(textOf('cdk.json')) as { app: string }).app).toMatch(CHECKED);
  });

  it.each(['lib/cli/node-version.cjs', 'lib/cli/launch.cjs', 'lib/cli/tickover.cjs'])(
    'checks it in a file that any Node reads: %s',
    (file) => {
      const code = textOf(file)
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/\/\/.*/g, '');

      expect(code).not.toMatch(/\b(let|const|class|async|await|import)\b|=>|`|\?\?|\?\.|node:|\.\.\./);
    },
  );
});
