/** `npm run bench -- NAME`: measures the figures on speed and size that the README and docs quote, and prints them. */
import { benchLocal } from './local/command.ts';
import { benchStacks } from './stacks/command.ts';
import { benchTick } from './tick/command.ts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<boolean>>> = {
  local: benchLocal,
  stacks: benchStacks,
  tick: benchTick,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(`bench: expected ${Object.keys(BENCHES).join(' or ')}, got '${name}'`);
  process.exit(1);
}
process.exit((await bench(args)) ? 0 : 1);
