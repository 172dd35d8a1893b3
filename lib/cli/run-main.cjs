/** Runs `main.js` of the built package, or `main.ts` of a checkout with tsx. */
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const built = join(__dirname, 'main.js');
if (existsSync(built)) {
  // If the reader of standard output ends (`tickover --help | head`), writing to it fails. Without a listener for this
  // error the command would end with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  void import(pathToFileURL(built).href);
} else {
  process.argv.splice(2, 0, join(__dirname, 'main.ts'));
  require('./run-typescript.cjs');
}
