/** The bundle of a trivial service, as a deploy from a project with the installed package makes it. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { NOT_IN_LAMBDA, sizesOf } from '../bundle-inputs.ts';
import { buildIdsIn, expectThat } from './checks.ts';
import { type Terminal, terminalIn } from './terminal.ts';

const SERVICE = `import { defineService } from 'tickover';
export default defineService({ name: 'trivial', interval: '5m', workload: async () => {} });
`;
const APP = `import { App, Stack } from 'aws-cdk-lib';
import { TickoverServices } from 'tickover/cdk';
const app = new App({ outdir: 'figures/out' });
new TickoverServices(new Stack(app, 'Figures'), 'Services', {
  directory: 'figures/services',
  functionProps: { bundling: { metafile: true } },
});
app.synth();
`;

/**
 * Prints the inputs and bytes of the bundle. Expects that nothing in it is for one machine, a deploy or a test alone,
 * and the same build ids after the project has moved to another folder.
 */
export async function bundleFigures({ directory, check }: Terminal, bin: string): Promise<void> {
  mkdirSync(join(directory, 'figures/services'), { recursive: true });
  writeFileSync(join(directory, 'figures/services/trivial.ts'), SERVICE);
  writeFileSync(join(directory, 'figures/app.mjs'), APP);
  await check('node figures/app.mjs');
  const before = buildIdsIn(join(directory, 'figures/out'));
  showBundle(metafileIn(join(directory, 'figures/out')));

  const moved = `${directory}-moved`;
  renameSync(directory, moved);
  await terminalIn(moved, bin, {}).check('node figures/app.mjs');
  const after = buildIdsIn(join(moved, 'figures/out'));
  renameSync(moved, directory);
  const [one, other] = [before, after].map((ids) => JSON.stringify(ids));
  expectThat(one === other && 'trivial' in before, `build ids ${one}, but in another folder ${other}`);
  console.log(`  build ids, the same from two folders: ${one}`);
}

function showBundle(metafile: Metafile): void {
  const inputs = Object.keys(metafile.inputs);
  const forbidden = inputs.filter((file) => NOT_IN_LAMBDA.test(file));
  console.log(`  the bundle of a trivial service has code of ${usedIn(metafile)} files:`);
  for (const line of sizesOf(metafile)) console.log(`    ${line}`);
  expectThat(forbidden.length === 0, `the bundle has inputs that Lambda doesn't need: ${forbidden.join(', ')}`);
}

/** What esbuild said of the function of the service. */
function metafileIn(output: string): Metafile {
  const found = readdirSync(output, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('index.meta.json'))
    .map((file) => JSON.parse(readFileSync(join(output, file), 'utf8')) as Metafile)
    .find(({ inputs }) => Object.keys(inputs).some((file) => file.endsWith('services/trivial.ts')));
  if (found === undefined) throw new Error(`no bundle of the trivial service in ${output}`);
  return found;
}

/** How many files give at least one byte to the bundle. */
function usedIn({ outputs }: Metafile): number {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.values(inputs));
  return used.filter(({ bytesInOutput }) => bytesInOutput > 0).length;
}
