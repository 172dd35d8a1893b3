/** ShedLock itself, from Maven Central, in a process of Java for each process of the duty. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { documentsAt } from './documents.ts';
import type { Peer, Process, Running } from './peer.ts';

const SOURCES = fileURLToPath(new URL('shedlock', import.meta.url));
const TABLE = 'shedlock';
const run = promisify(execFile);

/**
 * ShedLock with its jars in `folder`, fetched where they are missing.
 * @throws where Maven or Java can't be had
 */
export async function shedlock(folder: string): Promise<Peer> {
  const home = join(folder, 'shedlock');
  await mkdir(home, { recursive: true });
  await cp(SOURCES, home, { recursive: true });
  const jars = join(home, 'jars');
  if (!existsSync(jars)) {
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`], { cwd: home });
  }
  await run('javac', ['-cp', join(jars, '*'), '-d', home, join(home, 'Peer.java')]);
  return {
    name: 'ShedLock 4.42.0',
    takesBy: 'UpdateItem',
    async prepare(endpoint) {
      await documentsAt(endpoint).send(
        new CreateTableCommand({
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: '_id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: '_id', KeyType: 'HASH' }],
        }),
      );
    },
    start: (endpoint) => startJava(['-cp', [home, join(jars, '*')].join(':'), 'Peer', endpoint, TABLE]),
    stored: async () => 'nothing: it keeps no results',
  };
}

async function startJava(args: readonly string[]): Promise<Process> {
  const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await answers.next()).value ?? 'failed: the process ended';
  const ask = (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    return next();
  };
  await next();
  return {
    async begin(atMostMs) {
      const answer = await ask(`lock duty ${atMostMs}`);
      const [word, lock] = answer.split(' ');
      return word === 'locked' ? running(() => ask(`unlock ${lock}`)) : answer;
    },
    close: () => ended(child),
  };
}

/** What a lock guards is written without its knowledge: only the lock's own end can be seen. */
function running(unlock: () => Promise<string>): Running {
  return {
    async end() {
      const answer = await unlock();
      return answer === 'unlocked' ? 'written' : answer;
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
