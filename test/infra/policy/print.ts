/** Prints who may do what with whose items: `node --import tsx test/infra/policy/print.ts`. */
import { guardOutput } from '../../../lib/text/index.ts';
import { accessLines } from './access-table.ts';
import { asDeployed, askings } from './subject.ts';

guardOutput([process.stdout, process.stderr]);
console.log(accessLines(askings(asDeployed())).join('\n'));
