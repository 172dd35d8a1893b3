/** `npm run invoke -- SERVICE [PAYLOAD]`: invokes a function once and prints its answer. */
import { Command } from 'commander';
import { openMachine } from '../local/index.ts';
import { type DatabaseFlags, databaseOptions, fail, silenceSdkNotice, withDatabaseFlags } from './database-flags.ts';

const program = withDatabaseFlags(
  new Command('invoke')
    .description('Invokes a service once, by hand, and prints its answer.')
    .argument('<service>', 'its name')
    .argument('[payload]', 'the event as JSON, or the name of an action: run-once, status, resume', parsePayload, {
      action: 'run-once',
    }),
);
program.action(async (service: string, payload: unknown) => {
  try {
    await invoke(service, payload, program.opts());
  } catch (error) {
    fail('invoke', error);
  }
});
silenceSdkNotice();
await program.parseAsync();

async function invoke(service: string, payload: unknown, flags: DatabaseFlags): Promise<void> {
  const machine = await openMachine({
    ...databaseOptions(flags),
    brief: true,
    services: [service],
    variables: process.env,
    onLine: (line) => console.error(line),
  });
  try {
    for (const host of machine.hosts) console.log(JSON.stringify(await host.invoke(payload), null, 2));
  } finally {
    await machine.close();
  }
}

function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^[a-z-]+$/.test(text)) return { action: text };
    throw new SyntaxError(`payload: expected JSON or the name of an action, got '${text}'`, { cause: error });
  }
}
