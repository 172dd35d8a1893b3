/**
 * Loads everything that the package exports from CommonJS, under the Node that runs this file: `NODE commonjs.cjs
 * PROJECT OTHER`. Both projects have the package in their `node_modules`, so the process has two copies of it. Prints one
 * line of JSON with what was found.
 */
'use strict';

const { createRequire } = require('node:module');
const { join } = require('node:path');

const [project, other] = process.argv.slice(2);
const requireOne = createRequire(join(project, 'index.cjs'));
const requireOther = createRequire(join(other, 'index.cjs'));

// npm puts the package of a workspace's member into the root of the workspace.
const manifest = requireOne('tickover/package.json');
const entries = Object.keys(manifest.exports).map((path) => `tickover${path.slice(1)}`);
const names = Object.fromEntries(entries.map((entry) => [entry, Object.keys(requireOne(entry)).length]));

const one = requireOne('tickover');
const two = requireOther('tickover');

function refusalBy(copy) {
  try {
    copy.defineService({});
  } catch (error) {
    return error;
  }
  return undefined;
}

const error = refusalBy(two);
const found = {
  node: process.versions.node,
  names,
  copies: one.defineService === two.defineService ? 1 : 2,
  isService: one.isService(two.defineService({ name: 'other', interval: '5m' })),
  isInstance: error instanceof one.InvalidOptionsError,
  hasCode: one.hasCode(error, 'invalid-options'),
};
console.log(JSON.stringify(found));
