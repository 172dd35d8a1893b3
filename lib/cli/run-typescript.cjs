/** Runs the file that the first argument names, by tsx. */
'use strict';

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
void import('tsx').then(() => import(pathToFileURL(file).href));
