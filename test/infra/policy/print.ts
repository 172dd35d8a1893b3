/** Prints who may do what with whose items: `node --import tsx test/infra/policy/print.ts`. */
import { accessLines } from './access-table.ts';
import { askings, synthesise } from './subject.ts';

console.log(accessLines(askings(await synthesise())).join('\n'));
