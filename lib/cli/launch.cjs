/**
 * Runs `node lib/cli/launch.cjs FILE ARGUMENTS`, where FILE is TypeScript. An old Node would refuse `node --import tsx
 * FILE` without a word about the Node version that Tickover needs.
 */
'use strict';

require('./node-version.cjs');
// A separate file, since an old Node can't parse its code.
require('./run-typescript.cjs');
