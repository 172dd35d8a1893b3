/**
 * Ends the process with one line if Node is older than package.json allows. The code is JavaScript of 2009, so that
 * every Node can parse it.
 */
'use strict';

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

/** The error message for a Node version; `undefined` if the version is supported. */
function refusal(version, supported) {
  if (!isBelow(version, supported)) return undefined;
  return 'tickover: Node: expected version ' + supported + ' or newer, got ' + version + '; nothing was started';
}

/** The package.json of this package, which is one directory farther from the built files than from the sources. */
function packageJson() {
  try {
    return require('../../package.json');
  } catch (_missing) {
    return require('../../../package.json');
  }
}

var line = refusal(process.versions.node, packageJson().engines.node.replace('>=', ''));
if (line !== undefined) {
  console.error(line);
  process.exit(1);
}

exports.refusal = refusal;
