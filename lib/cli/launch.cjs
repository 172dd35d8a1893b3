/**
 * Runs a TypeScript file of the project: `node lib/cli/launch.cjs FILE ARGUMENTS`. `node --import tsx FILE` would do
 * the same, but an older Node doesn't know `--import`, and ends before any code can name the version that is needed.
 */
'use strict';

require('./node-version.cjs');
// This code is in another file, since an older Node couldn't parse it.
require('./run-typescript.cjs');
