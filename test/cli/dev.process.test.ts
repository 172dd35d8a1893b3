/** `tickover dev` in a project outside of this repository. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { Started } from '../support/process.ts';
import { makeProject, type Project, serviceFile } from './project.ts';

let project: Project;

beforeEach(async () => {
  project = await makeProject();
});
afterEach(() => project.remove());

const count = ({ lines }: Started, pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
const again = (started: Started, pattern: RegExp, times: number) =>
  eventually(
    () => (count(started, pattern) >= times ? true : undefined),
    () => started.lines.join('\n'),
  );

describe('tickover dev', () => {
  test('a project without services is answered by what to write', async () => {
    const missing = (await project.run(['dev'])).lines;
    await mkdir(join(project.directory, 'jobs'));
    const empty = (await project.run(['dev', '--services', 'jobs'])).lines;
    await project.write('package.json', '{"tickover":{"services":7}}');
    const wrong = (await project.run(['dev'])).lines;

    const next = '`tickover init` writes a first service, --services names another directory';
    expect(missing).toEqual([`tickover dev: services: there is no directory 'services'; ${next}`]);
    expect(empty).toEqual([`tickover dev: services: 'jobs' has no file of a service; ${next}`]);
    expect(wrong).toEqual(['tickover dev: package.json: tickover.services: expected the path of a directory, got 7']);
  });

  test('services reload when what they import changes, and come and go with their files', async () => {
    const importing = "import { greeting } from '../lib/greeting.ts';";
    await project.write('lib/greeting.ts', "export const greeting = 'one';\n");
    await project.write('services/hello.ts', serviceFile('hello', "console.log('hello', greeting);", importing));
    const dev = project.start(['dev']);
    await dev.line(/^ *hello one/);

    await project.write('lib/greeting.ts', "export const greeting = 'two';\n");
    await dev.line(/^hello reloaded \(build [0-9a-f]{16}\)$/);
    await dev.line(/^ *hello two/);

    await project.write('lib/greeting.ts', "// What it says.\nexport const greeting =\n  'two';\n");
    await project.write('services/other.ts', serviceFile('other', "console.log('other runs');"));
    await dev.line(/^other every 1s \(build [0-9a-f]{16}\)$/);
    await dev.line(/^ *other runs/);
    expect(count(dev, /^hello reloaded/)).toBe(1);

    await project.write('services/other.ts', serviceFile('other', 'const = 1;'));
    await dev.line(/^other not reloaded: services\/other\.ts:9:11: .*; the old build runs$/);
    const before = count(dev, /^ *other runs/);
    await again(dev, /^ *other runs/, before + 2);
    await project.write('services/other.ts', serviceFile('other', "console.log('other runs');"));
    await dev.line(/^other mended: its build is the one that runs$/);
    expect(count(dev, /^other (not )?reloaded/)).toBe(1);

    await project.write('services/other.ts', serviceFile('another', "console.log('another runs');"));
    await dev.line(/^another every 1s/);
    await dev.line(/^ *another runs/);
    await rm(join(project.directory, 'services/other.ts'));
    await dev.line(/^another stopped: services\/other\.ts is deleted$/);
    const runs = count(dev, /^ *another runs/);
    await again(dev, /^ *hello two/, count(dev, /^ *hello two/) + 3);
    expect(count(dev, /^ *another runs/)).toBe(runs);

    await project.write('tsconfig.json', '{}');
    await dev.line(/^tsconfig\.json has changed; restart to use it$/);
    expect(await dev.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(count(dev, /sample/)).toBe(0);
  });

  test('a run under way ends before the new build takes over', async () => {
    const waits = `
      const { existsSync, writeFileSync } = await import('node:fs');
      const { setTimeout: sleep } = await import('node:timers/promises');
      console.log('begun');
      while (!existsSync('go')) await sleep(50);
      console.log('ended');`;
    await project.write(
      'services/slow.ts',
      serviceFile('slow', waits).replace("'1s'", "'10m'").replace("'20s'", "'9m'"),
    );
    const dev = project.start(['dev']);
    await dev.line(/^ *begun/);
    await project.write('services/slow.ts', serviceFile('slow', "console.log('new build');"));
    // A service that is built later comes first, since its build waits for no run.
    await project.write('services/next.ts', serviceFile('next', "console.log('next runs');"));
    await dev.line(/^ *next runs/);
    expect(count(dev, /^slow reloaded/)).toBe(0);

    await project.write('go', '');
    await dev.line(/^slow reloaded/);

    const order = dev.lines.map((line) => line.trim()).filter((line) => /^(begun|ended|slow reloaded)/.test(line));
    expect(order).toEqual(['begun', 'ended', expect.stringMatching(/^slow reloaded/)]);
  });

  test('.env and the shell reach the workload, whose own AWS clients keep their profile and endpoint; stacks name its source', async () => {
    const prints = `
      const { ONE, TWO, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB = 'none' } = process.env;
      console.log(['read', ONE, TWO, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB].join(' '));
      console.log('at', /\\w+\\.ts:\\d+/.exec(String(new Error('here').stack))?.[0]);`;
    await project.write('services/reads.ts', serviceFile('reads', prints));
    await project.write('.env', 'ONE="of the file"\nTWO=2\nAWS_PROFILE=sso\n');
    const dev = project.start(['dev'], { TWO: 'shell' });

    expect(await dev.line(/^ *read /)).toContain('read of the file shell sso none');
    expect(await dev.line(/^ *at /)).toContain('at reads.ts:12');
    await dev.line(/ reads +succeeded /);
    await project.write('.env', 'ONE=1\n');
    await dev.line(/^\.env has changed; restart to use it$/);
    await project.write('.env', 'TICKOVER_TABEL=mine\n');
    expect((await project.run(['invoke', 'reads'])).lines).toEqual([
      expect.stringContaining('did you mean TICKOVER_TABLE?'),
    ]);
  });

  test('a file that cannot be read at the start leaves the others running, and runs when it is mended', async () => {
    await project.write('services/broken.ts', "throw new Error('not yet');\n");
    await project.write('services/good.ts', serviceFile('good', "console.log('good runs');"));
    const dev = project.start(['dev']);
    await dev.line(/^services\/broken\.ts: .*not yet \(thrown at services\/broken\.ts:1:7\); the other services run$/);
    await dev.line(/^ *good runs/);
    await project.write('services/broken.ts', serviceFile('broken', "console.log('mended runs');"));
    await dev.line(/^broken every 1s/);
    await dev.line(/^ *mended runs/);
    expect(JSON.parse(await readFile(join(project.directory, 'package.json'), 'utf8'))).toEqual({ type: 'module' });
  });
});
