/** Runs the file that the first argument names, with tsx. */
'use strict';

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
// If the reader of the output goes away (`npm run cost | head`), the command doesn't end with a raw error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
void import('tsx').then(() => import(pathToFileURL(file).href));
