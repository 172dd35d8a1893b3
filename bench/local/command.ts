/**
 * `npm run bench -- local [services] [seconds]`: runs `services` generated services on this machine for `seconds`
 * seconds. Each is due every 60 s. Prints how many services ran, after how many seconds each had run once, and how much
 * memory one service adds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Figures } from './machine.ts';

/** The most resident memory, in MB, that one more service may add to `npm start`; the bench fails above it. */
const MOST_MEGABYTES = 12;
const MACHINE = fileURLToPath(new URL('./machine.ts', import.meta.url));

/**
 * Measures once without services and once with them, and prints the figures. Returns true if every service ran, one
 * service added at most `MOST_MEGABYTES`, and nothing was written to standard error.
 */
export async function benchLocal([services = '100', seconds = '60']: readonly string[]): Promise<boolean> {
  const empty = await measured('0', seconds);
  const full = await measured(services, seconds);
  const megabytes = (full.megabytes - empty.megabytes) / Number(services);
  const isGood = full.ran === Number(services) && megabytes <= MOST_MEGABYTES && full.warnings.length === 0;
  console.log(`services                 ${services}, each at 60 s`);
  console.log(`first ticks that ran     ${full.ran}; the last one ended after ${full.lastRanAfter.toFixed(1)} s`);
  console.log(
    `memory after ${seconds} s        ${full.megabytes.toFixed(0)} MB; ${empty.megabytes.toFixed(0)} MB without services`,
  );
  console.log(`memory of a service      ${megabytes.toFixed(2)} MB; at most ${MOST_MEGABYTES} MB`);
  console.log(`highest memory           ${full.highest.toFixed(0)} MB`);
  console.log(`processor time           ${full.processorSeconds.toFixed(0)} s`);
  console.log(`warnings                 ${full.warnings.length}`);
  for (const line of [...full.failures, ...full.warnings]) console.log(`  ${line}`);
  return isGood;
}

async function measured(services: string, seconds: string): Promise<Figures> {
  const child = spawn(process.execPath, ['--import', 'tsx', MACHINE, services, seconds], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const warnings: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => warnings.push(line));
  let last = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = line;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`bench: the machine ended with ${code}:\n${warnings.join('\n')}`);
  return { ...(JSON.parse(last) as Figures), warnings };
}
