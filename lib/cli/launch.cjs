/**
 * Runs `node lib/cli/launch.cjs FILE ARGUMENTS`, where FILE is TypeScript. An old Node would refuse `node --import tsx
 * FILE` without a word about the Node version that Tickover needs.
 */
'use strict';

require('./node-version.cjs');
// The code of run-typescript.cjs is not in this file, since an old Node can't parse it.
require('./run-typescript.cjs');
