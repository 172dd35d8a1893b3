'use strict';

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
// Ignores write errors, for example after `npm run cost | head`. Without a listener the command would end with a stack
// trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
void import('tsx').then(() => import(pathToFileURL(file).href));
