/** Prints who may do what with whose items: `npm run policy`. */
import { guardOutput } from '../../../lib/text/index.ts';
import { accessLines } from './access-table.ts';
import { asDeployed, askings } from './subject.ts';

guardOutput([process.stdout, process.stderr]);
console.log(accessLines(askings(asDeployed())).join('\n'));
