/**
 * Runs a TypeScript file of the project: `node lib/cli/launch.cjs FILE ARGUMENTS`. `node --import tsx FILE` would do the
 * same, but an older Node doesn't know `--import`, and ends before anything can name the version that is needed.
 */
'use strict';

require('./node-version.cjs');
// A file of its own, since an older Node couldn't read it.
require('./run-typescript.cjs');
