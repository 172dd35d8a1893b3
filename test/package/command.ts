/**
 * The command `npm run package -- [NODE...]`: packs the package, and loads everything that it exports from CommonJS
 * under each of the given Node binaries, else under the one that runs this command.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consumerOf, packInto } from '../support/packed.ts';

const SCRIPT = fileURLToPath(new URL('./commonjs.cjs', import.meta.url));

const given = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'tickover-package-'));
try {
  const packed = packInto(directory);
  const projects = ['one', 'other'].map((name) => consumerOf(directory, packed, name));
  console.log(`${packed.filename}: ${packed.size} bytes, ${packed.files.length} files`);
  for (const node of given.length === 0 ? [process.execPath] : given) {
    console.log(execFileSync(node, [SCRIPT, ...projects], { encoding: 'utf8' }).trimEnd());
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
