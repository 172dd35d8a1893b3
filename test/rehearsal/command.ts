/** `npm run rehearse`: deploys the stack to a local AWS emulator, works with it, and writes docs/rehearsal.md. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { document } from './document.ts';
import { type Opened, open, rehearse } from './rehearsal.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/rehearsal.md', import.meta.url));

const { keep, check } = new Command('rehearse')
  .description('Rehearses a deploy on a local AWS emulator, and writes docs/rehearsal.md.')
  .option('--keep', 'leave the emulator up until Ctrl+C, and tell where it is', false)
  .option('--check', 'leave docs/rehearsal.md as it is', false)
  .parse()
  .opts<{ keep: boolean; check: boolean }>();

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
const began = performance.now();
let opened: Opened | undefined;
let ending = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130));
try {
  opened = await open((line) =>
    console.log(process.env['R1_TIME'] ? `${((performance.now() - began) / 1000).toFixed(1)} ${line}` : line),
  );
  const transcript = await rehearse(opened.wings);
  if (!check) await writeFile(DOCUMENT, document(transcript));
  console.log(`\nrehearsed in ${Math.round((performance.now() - began) / 1000)} s`);
  if (keep) await kept(opened);
  await end(0);
} catch (error) {
  console.error(`rehearse: ${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}

/** Clears everything away, once; a signal meanwhile waits for that. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await opened?.close();
  process.exit(code);
}

async function kept({ wings }: Opened): Promise<void> {
  const settings = Object.entries(wings.emulator.environment).map(([name, value]) => `${name}=${value}`);
  console.log(`the emulator stays up until Ctrl+C:\n${settings.join('\n')}`);
  await new Promise(() => setInterval(() => {}, 60_000));
}
