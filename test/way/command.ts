/**
 * `npm run way`: runs one healthy tick of `functions/mark-late-runs.ts` on the embedded DynamoDB, and shows the way it
 * takes through lib.
 *
 *   stop       an unbroken run of calls into one file
 *   turn-back  a stop in a file that an earlier stop left
 *   call       a function is entered; going on after an `await` is none
 *   named      a declaration, a method, or a function assigned to a name: a variable, a property, a parameter's default
 *
 * What the rule leaves open is read so that the first build (commit b1666b4) has the figures that were once measured:
 *
 *   - The tick is the second one of a process, on the state that the first one left. Loading modules does not count.
 *   - The event names the due time and nothing else. The id of a delivery would be logged, and so cost more calls.
 *   - The function runs outside Lambda, so no metrics are written to the log.
 *   - No flow run is late: the first tick marked those of the sample.
 *   - All of lib counts, also the listener by which lib/local serves DynamoDB: no name, three requests.
 *   - The file that makes values fit for the log (`tellable.ts` in the first build) counts as text.
 *   - A call is noted at the start of a function's body, so what the default of a parameter calls comes before it.
 *
 * The clock stands still during a tick, and the shell's environment is not looked at: the figures are the same in each
 * run. On the first build they are 49 stops, 28 turn-backs, 21 files and 1,478 calls; 131 stops with only the log, text
 * and time left out; and 61 stops, 23 files and 2,131 calls with functions that have no name.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { figuresOf, wayOf } from './figures.ts';
import { FIRST_BUILD } from './first-build.ts';
import { pathsOf, ROOMS } from './layout.ts';
import { callsInWords, pictureOf, withPicture } from './picture.ts';
import { recordTick } from './record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAYOUTS = { rooms: ROOMS, 'first-build': FIRST_BUILD };

interface Options {
  readonly checkout: string;
  readonly paths: keyof typeof LAYOUTS;
  readonly calls: boolean;
  readonly write?: string;
}

const options = new Command('way')
  .description('Shows the way of one healthy tick through lib: its stops, its turn-backs, its calls.')
  .option('--checkout <directory>', 'measure this checkout, whose packages are installed', ROOT)
  .addOption(new Option('--paths <layout>', 'where things lie there').choices(Object.keys(LAYOUTS)).default('rooms'))
  .option('--calls', 'also show how often each function was called', false)
  .option('--write <page>', 'put the picture into this page, between <!-- way --> and <!-- /way -->')
  .parse()
  .opts<Options>();

try {
  await measure(options);
} catch (error) {
  console.error(`way: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function measure({ checkout, paths, calls: showCalls, write }: Options): Promise<void> {
  const root = resolve(checkout);
  const layout = LAYOUTS[paths];
  const gone = pathsOf(layout).filter((path) => !existsSync(join(root, path)));
  if (gone.length > 0) throw new Error(`${root} is not laid out as '${paths}' says: it has no ${gone.join(', ')}`);
  const calls = await recordTick(root);
  const picture = pictureOf(figuresOf(calls, layout), wayOf(calls, layout));
  console.log(picture);
  if (showCalls) console.log(`\n${callsInWords(calls)}`);
  if (write !== undefined) await writeFile(write, withPicture(await readFile(write, 'utf8'), picture));
}
