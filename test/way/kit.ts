/** Calls and a layout made up for tests. */
import type { Call } from './figures.ts';
import type { Layout } from './layout.ts';

/** Calls of named functions, each written as `file:name`; without a name it is a call of a function that has none. */
export function calls(...written: readonly string[]): Call[] {
  return written.map((call) => {
    const [file = '', name = ''] = call.split(':');
    return { file: `lib/${file}.ts`, name, named: name !== '' };
  });
}

export const LAYOUT: Layout = {
  rooms: {
    time: ['lib/time/'],
    text: ['lib/text/', 'lib/rules/words.ts'],
    log: ['lib/lambda/log.ts'],
    metrics: ['lib/metrics/'],
    'flow-runs': ['lib/flow-runs/'],
    services: ['lib/services/'],
    rules: ['lib/rules/'],
  },
  kept: ['lib/rules/step.ts'],
  files: { 'lib/store/helper.ts': 'a helper' },
};
