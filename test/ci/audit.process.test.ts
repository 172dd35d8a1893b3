/**
 * The audit of what is installed: small projects made for it, and a registry on this machine that tells what a test
 * says.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';
import { httpServer, type Listening } from '../support/raw-server.ts';

/** What a project depends on. */
interface Depended {
  readonly license?: string;
  readonly dev?: true;
  readonly optional?: true;
  readonly integrity?: string;
}

const HASH = `sha512-${'A'.repeat(86)}==`;
const running: Listening[] = [];
const made: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true })));
});

/** A project with these packages installed. */
async function project(packages: Readonly<Record<string, Depended>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'audited-'));
  made.push(directory);
  const named = Object.entries(packages);
  const own = { name: 'audited', version: '1.0.0', private: true };
  const those = (dev: boolean) =>
    Object.fromEntries(named.filter(([, one]) => (one.dev ?? false) === dev).map(([name]) => [name, '1.0.0']));
  const depending = { dependencies: those(false), devDependencies: those(true) };
  const locked = named.map(([name, { integrity = HASH, license: _license, ...flags }]) => [
    `node_modules/${name}`,
    { version: '1.0.0', ...flags, ...(integrity === '' ? {} : { integrity }) },
  ]);
  const lock = {
    ...own,
    lockfileVersion: 3,
    packages: { '': { ...own, ...depending }, ...Object.fromEntries(locked) },
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify({ ...own, ...depending }));
  await writeFile(join(directory, 'package-lock.json'), JSON.stringify(lock));
  for (const [name, { license }] of named) {
    const path = join(directory, 'node_modules', name);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', license }));
  }
  return directory;
}

const NOTHING_KNOWN: RequestListener = (_, response) => void response.end('{}');

/** The exit code of the audit and what it printed. */
async function audited(directory: string, registry = NOTHING_KNOWN): Promise<{ code: unknown; out: string }> {
  const server = await httpServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    request.resume().once('end', () => registry(request, response));
  });
  running.push(server);
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${server.port}/`,
    npm_config_cache: join(directory, '.cache'),
    npm_config_fetch_retries: '0',
  };
  return new Promise((resolve) => {
    execFile(join(ROOT, '.ci', 'audit'), [directory], { env }, (error, out) =>
      resolve({ code: error === null ? 0 : error.code, out }),
    );
  });
}

/** A registry that knows a flaw of every version of `flawed`. */
function knowingFlaw(severity: string): RequestListener {
  const advisory = {
    id: 1,
    url: 'https://example.test/1',
    title: 'a flaw',
    severity,
    vulnerable_versions: '*',
    cwe: [],
  };
  const packument = {
    name: 'flawed',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: 'flawed', version: '1.0.0' } },
  };
  return (request, response) =>
    void response.end(JSON.stringify(request.method === 'POST' ? { flawed: [advisory] } : packument));
}

describe('the audit', () => {
  test('finds nothing in what is well', async () => {
    const directory = await project({
      simple: { license: 'MIT' },
      either: { license: '(MIT OR GPL-3.0-or-later)' },
      both: { license: '(MIT AND Apache-2.0)' },
      tool: { license: 'MPL-2.0', dev: true },
      binary: { license: 'MIT', dev: true, optional: true, integrity: '' },
    });

    expect(await audited(directory)).toEqual({
      code: 0,
      out: [
        'licences: what is shipped: all on the list',
        'licences: all that is installed: all on the list',
        'hashes: every package has one, optional tools aside',
        'vulnerabilities: 0 known',
        '',
      ].join('\n'),
    });
  });

  test('finds a licence that is not on the list, or that nobody named, wherever it hides', async () => {
    const directory = await project({
      copyleft: { license: 'GPL-3.0-only' },
      combined: { license: '(MIT AND GPL-3.0-only)' },
      lookalike: { license: 'MITNFA' },
      silent: {},
      tool: { license: 'MPL-2.0' },
      odd: { license: 'AGPL-3.0-only', dev: true },
    });

    const { code, out } = await audited(directory);

    const names = (from: string, to: string) =>
      [...out.slice(out.indexOf(from), out.indexOf(to)).matchAll(/^"([a-z]+)@/gm)].map(([, name]) => name);
    expect(code).toBe(1);
    expect(names('what is shipped', 'all that')).toEqual(['combined', 'copyleft', 'lookalike', 'silent', 'tool']);
    expect(names('all that', 'hashes')).toEqual(['combined', 'copyleft', 'lookalike', 'odd', 'silent']);
  });

  test('finds a package that no hash pins', async () => {
    const directory = await project({ loose: { license: 'MIT', integrity: '' } });

    const { code, out } = await audited(directory);

    expect(code).toBe(1);
    expect(out).toContain('hashes: without one:\nnode_modules/loose\n');
  });

  test.each([
    ['high', 1, 'vulnerabilities: high or critical ones among them\n'],
    ['low', 0, 'low: flawed *\n'],
  ])('a flaw of severity %s makes the audit exit with %i', async (severity, expected, line) => {
    const directory = await project({ flawed: { license: 'MIT' } });

    const { code, out } = await audited(directory, knowingFlaw(severity));

    expect(code).toBe(expected);
    expect(out).toContain(`vulnerabilities: 1 known\n${severity}: flawed *\n`);
    expect(out.endsWith(line)).toBe(true);
  });

  test.each([405, 503])(
    'the audit reports a registry that refuses it with %i, and gives no clean bill',
    async (status) => {
      const directory = await project({ simple: { license: 'MIT' } });

      const { code, out } = await audited(directory, (_, response) => void response.writeHead(status).end());

      expect(code).toBe(3);
      expect(out).toContain(`vulnerabilities: not told: ${status} `);
      expect(out).toMatch(/NOT JUDGED, since the registry did not tell them\n$/);
    },
  );
});
