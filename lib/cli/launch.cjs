/**
 * Runs a TypeScript file of the project: `node lib/cli/launch.cjs FILE ARGUMENTS`. `node --import tsx FILE` would do
 * the same, but an older Node doesn't know the option `--import`. It would refuse the option before any code of
 * Tickover could print which Node version Tickover needs.
 */
'use strict';

require('./node-version.cjs');
// The code that runs the file is in a file of its own, since an older Node can't parse that code.
require('./run-typescript.cjs');
