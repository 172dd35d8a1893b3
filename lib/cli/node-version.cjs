/**
 * Ends the process with a one-line message if its Node version is older than the oldest version that package.json
 * supports. This file is written in the JavaScript of 2009, so that every Node can parse it.
 */
'use strict';

/** Whether `version` is lower than `supported`. Both are numbers joined by dots. */
function isBelow(version, supported) {
  var have = version.split('.');
  var need = supported.split('.');
  var index;
  var difference;
  for (index = 0; index < need.length; index++) {
    difference = parseInt(have[index] || '0', 10) - parseInt(need[index], 10);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The line of text for a Node version that is not supported; `undefined` if the version is supported. */
function refusal(version, supported) {
  if (!isBelow(version, supported)) return undefined;
  return 'tickover: Node: expected version ' + supported + ' or newer, got ' + version + '; nothing was started';
}

var line = refusal(process.versions.node, require('../../package.json').engines.node.replace('>=', ''));
if (line !== undefined) {
  console.error(line);
  process.exit(1);
}

exports.refusal = refusal;
