/** Runs the TypeScript file that the first argument of the process names, with tsx. */
'use strict';

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
// If the reader of standard output ends (`npm run cost | head`), writing to it fails. Without a listener for this error
// the command would end with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
void import('tsx').then(() => import(pathToFileURL(file).href));
