/**
 * The fault suite in its long form:
 *   npm run faults -- --interleavings 100000        all parts; the simulator plays so many scripts
 *   npm run faults -- --part sim --seed S --path P  one script again, as a failure told it
 *   npm run faults -- --mutations                   deliberate bugs, each of which the suite has to catch
 *   npm run faults -- --peers                       others that keep a duty from running twice, asked the same
 * With --write FILE each table also goes into its place in a document.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { absenceFaults } from './absences/absence-faults.ts';
import { mutationTable, playMutations } from './mutations/mutations.ts';
import { comparePeers } from './peers/compare.ts';
import { quote } from './quoted.ts';
import { replay, simFaults } from './sim/sim-faults.ts';
import { stateFaults } from './state/state-faults.ts';
import { type FaultRow, faultTable } from './table.ts';
import { thrownFaults } from './thrown/suite.ts';
import { outages } from './wire/outages.ts';
import { wireFaults } from './wire/wire-faults.ts';
import { workloadFaults } from './workloads/workload-faults.ts';

interface Options {
  readonly part?: string;
  readonly interleavings: number;
  readonly rounds: number;
  readonly every: number;
  readonly seed: number;
  readonly path?: string;
  readonly endpoint?: string;
  readonly mutations?: true;
  readonly peers?: true;
  readonly write?: string;
}

// The SDK tells at every start which version of Node it will want one day.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Each part of the suite. */
const PARTS: Readonly<Record<string, (options: Options) => Promise<FaultRow[]>>> = {
  sim: ({ seed, interleavings, path }) =>
    path === undefined
      ? simFaults({
          seed,
          interleavings,
          onProgress: progress(interleavings),
          onBroken: (words) => console.error(words),
        })
      : replay(seed, path),
  wire: ({ seed, rounds, endpoint }) => wireFaults({ seed, rounds, ...(endpoint === undefined ? {} : { endpoint }) }),
  outages: () => outages(),
  workloads: ({ endpoint }) => workloadFaults(endpoint === undefined ? {} : { endpoint }),
  state: ({ endpoint }) => stateFaults(endpoint === undefined ? {} : { endpoint, table: `faults-${process.pid}` }),
  thrown: ({ every, endpoint }) => thrownFaults({ every, ...(endpoint === undefined ? {} : { endpoint }) }),
  absences: () => absenceFaults(),
};

function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

/** Of nothing that was played, nothing would be broken. */
function count(text: string): number {
  const value = whole(text);
  if (value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

function url(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected an http or https URL');
}

function path(text: string): string {
  if (/^\d+(:\d+)*$/.test(text)) return text;
  throw new InvalidArgumentError('expected what a failure told, such as 17:2:0');
}

/** Says how far it is, at every twentieth part. */
function progress(interleavings: number): (done: number, broken: number) => void {
  let printedAt = 0;
  return (done, broken) => {
    if (done - printedAt < interleavings / 20) return;
    printedAt = done;
    console.error(`${done.toLocaleString('en-US')} interleavings, ${broken} of them broke a promise`);
  };
}

async function main(options: Options): Promise<void> {
  if (options.mutations === true) return mutations(options);
  if (options.peers === true) return report(options, 'peers', await comparePeers((line) => console.error(line)));
  for (const part of options.part === undefined ? Object.keys(PARTS) : [options.part]) await faults(part, options);
}

/** One part: its table, and in full what was broken. */
async function faults(part: string, options: Options): Promise<void> {
  const startedAt = performance.now();
  const rows = (await PARTS[part]?.(options)) ?? [];
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const violations = [...new Set(rows.flatMap((row) => row.violations))];
  const summary = `${part}: ${violations.length} violations (seed ${options.seed}, ${seconds} s, Node ${process.version})`;
  await report(options, `faults: ${part}`, `\`\`\`\n${faultTable(rows)}\n\n${summary}\n\`\`\``);
  for (const violation of violations) console.log(`\n${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}

async function mutations(options: Options): Promise<void> {
  const caught = await playMutations((line) => console.error(line));
  await report(options, 'mutations', mutationTable(caught));
  if (caught.some(({ by }) => by.length === 0)) process.exitCode = 1;
}

async function report({ write }: Options, place: string, table: string): Promise<void> {
  console.log(table);
  if (write !== undefined) await quote(write, place, table);
}

const command = new Command('faults')
  .description('Plays faults of every kind and counts the promises that they break.')
  .addOption(new Option('--part <part>', 'only this part').choices(Object.keys(PARTS)))
  .option(
    '--interleavings <count>',
    'how many random scripts the simulator plays, besides those it enumerates',
    count,
    100_000,
  )
  .option('--rounds <count>', 'how many rounds are played on a real wire; seven plan every fault once', count, 28)
  .option(
    '--every <nth>',
    'sends only every nth of the things thrown; 1 sends all, which takes most of an hour',
    count,
    10,
  )
  .option('--seed <seed>', 'the first seed', whole, Math.floor(Math.random() * 2 ** 31))
  .option('--path <path>', 'plays the one script again that a failure told', path)
  .option('--endpoint <url>', 'the DynamoDB that the parts on a real wire use', url)
  .option('--mutations', 'plays deliberate bugs instead, each of which has to be caught')
  .option('--peers', 'asks others that keep a duty from running twice the same as Tickover')
  .option('--write <file>', 'writes each table into its place in this document too')
  .action((options: Options) => {
    // Of another seed or part it would be another script, and its clean bill nobody's.
    const isOneScript = options.part === 'sim' && command.getOptionValueSource('seed') === 'cli';
    if (options.path !== undefined && !isOneScript)
      command.error('error: --path takes --part sim and the --seed that was told beside it');
    return main(options);
  });
await command.parseAsync();
