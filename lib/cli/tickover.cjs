#!/usr/bin/env node
/** The command `tickover`, as npm installs it. It is written so that every Node can parse it. */
'use strict';

require('./node-version.cjs');
// The code that loads the command is in a file of its own, since an older Node can't parse that code.
require('./run-main.cjs');
