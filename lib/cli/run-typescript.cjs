/** Runs the file that the first argument names, by tsx. */
'use strict';

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
// A reader that goes away (`npm run cost | head`) ends no command by a raw error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
void import('tsx').then(() => import(pathToFileURL(file).href));
