/** `npm run rehearse`: deploys the stack to a local AWS emulator, works with it, and writes docs/rehearsal.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { document } from './document.ts';
import { NoEmulatorError } from './emulator-install.ts';
import { RehearsalError } from './failure.ts';
import { type Closer, open, rehearse } from './rehearsal.ts';
import type { Wings } from './stage.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/rehearsal.md', import.meta.url));
/** What it ends with when something doesn't hold, when there is no emulator to be had, and when it is interrupted. */
const EXIT = { failed: 1, noEmulator: 2, interrupted: 130 } as const;

const { keep, check } = new Command('rehearse')
  .description('Rehearses a deploy on a local AWS emulator, and writes docs/rehearsal.md.')
  .option('--check', 'write nothing, and fail if docs/rehearsal.md would be another', false)
  .option('--keep', 'leave the emulator up until Ctrl+C, and tell where it is', false)
  .parse()
  .opts<{ keep: boolean; check: boolean }>();

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
const began = performance.now();
const closers: Closer[] = [];
let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(EXIT.interrupted));
try {
  const wings = await open((line) => console.log(line), closers);
  await ended(document(await rehearse(wings)));
  console.log(`\nrehearsed in ${Math.round((performance.now() - began) / 1000)} s`);
  if (keep) await kept(wings);
  await end(0);
} catch (error) {
  if (!ending) console.error(`\nrehearse: ${error instanceof Error ? error.message : String(error)}`);
  await end(error instanceof NoEmulatorError ? EXIT.noEmulator : EXIT.failed);
}

/** Clears everything away, once. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  for (const close of closers.splice(0).reverse()) await close();
  process.exit(code);
}

async function ended(text: string): Promise<void> {
  if (!check) return writeFile(DOCUMENT, text);
  const before = await readFile(DOCUMENT, 'utf8').catch(() => '');
  if (before !== text) throw new RehearsalError('docs/rehearsal.md is out of date; run npm run rehearse');
}

async function kept({ emulator }: Wings): Promise<void> {
  const settings = Object.entries(emulator.environment).map(([name, value]) => `${name}=${value}`);
  console.log(`the emulator stays up until Ctrl+C:\n${settings.join('\n')}`);
  await new Promise(() => setInterval(() => {}, 60_000));
}
