/**
 * The fault suite in its long form:
 *   npm run faults -- --interleavings 100000        all parts; the simulator plays so many scripts
 *   npm run faults -- --part sim --seed S --path P  one script again, as a failure told it
 *   npm run faults -- --mutations                   deliberate bugs, each of which the suite has to catch
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { absenceFaults } from './absences/absence-faults.ts';
import { mutationTable, playMutations } from './mutations/mutations.ts';
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
  readonly seed: number;
  readonly path?: string;
  readonly endpoint?: string;
  readonly mutations?: true;
}

/** Each part of the suite. */
const PARTS: Readonly<Record<string, (options: Options) => Promise<FaultRow[]>>> = {
  sim: ({ seed, interleavings, path }) =>
    path === undefined ? simFaults({ seed, interleavings, onProgress: progress(interleavings) }) : replay(seed, path),
  wire: ({ seed, rounds, endpoint }) => wireFaults({ seed, rounds, ...(endpoint === undefined ? {} : { endpoint }) }),
  outages: () => outages(),
  workloads: ({ endpoint }) => workloadFaults(endpoint === undefined ? {} : { endpoint }),
  state: ({ endpoint }) => stateFaults(endpoint === undefined ? {} : { endpoint, table: `faults-${process.pid}` }),
  thrown: ({ endpoint }) => thrownFaults(endpoint === undefined ? {} : { endpoint }),
  absences: () => absenceFaults(),
};

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

/** Says how far it is, at every twentieth part. */
function progress(interleavings: number): (done: number, broken: number) => void {
  let told = 0;
  return (done, broken) => {
    if (done - told < interleavings / 20) return;
    told = done;
    console.error(`${done.toLocaleString('en-US')} interleavings, ${broken} of them broke a promise`);
  };
}

async function main(options: Options): Promise<void> {
  if (options.mutations === true) {
    const caught = await playMutations((line) => console.error(line));
    console.log(mutationTable(caught));
    if (caught.some(({ by }) => by.length === 0)) process.exitCode = 1;
    return;
  }
  const parts = options.part === undefined ? Object.keys(PARTS) : [options.part];
  const rows: FaultRow[] = [];
  for (const part of parts) {
    const startedAt = performance.now();
    rows.push(...((await PARTS[part]?.(options)) ?? []));
    console.error(`${part}: ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  }
  console.log(`seed ${options.seed}\n\n${faultTable(rows)}`);
  const violations = [...new Set(rows.flatMap((row) => row.violations))];
  for (const violation of violations) console.log(`\n${violation}`);
  console.log(`\n${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
}

await new Command('faults')
  .description('Plays faults of every kind and counts the promises that they break.')
  .addOption(new Option('--part <part>', 'only this part').choices(Object.keys(PARTS)))
  .option('--interleavings <count>', 'how many scripts the simulator plays', whole, 100_000)
  .option('--rounds <count>', 'how many rounds are played on a real wire', whole, 200)
  .option('--seed <seed>', 'the first seed', whole, Math.floor(Math.random() * 2 ** 31))
  .option('--path <path>', 'plays the one script again that a failure told')
  .option('--endpoint <url>', 'the DynamoDB that the parts on a real wire use')
  .option('--mutations', 'plays deliberate bugs instead, each of which has to be caught')
  .action(main)
  .parseAsync();
