/**
 * The layout of the first build (commit b1666b4). The rooms had other names, so its paths are put into the rooms where
 * their subjects belong now. With it the first build is measured by the same rule.
 */
import type { Layout } from './layout.ts';

export const FIRST_BUILD: Layout = {
  rooms: {
    time: ['lib/time/'],
    text: [
      'lib/loop/mask.ts',
      'lib/loop/memo.ts',
      'lib/loop/plain.ts',
      'lib/loop/secrets.ts',
      'lib/loop/thrown.ts',
      'lib/lambda/tellable.ts',
    ],
    log: ['lib/lambda/log.ts'],
    metrics: ['lib/metrics/'],
    'flow-runs': ['lib/flow-runs/'],
    services: ['lib/services/'],
    rules: ['lib/loop/', 'lib/tick/'],
  },
  // What is now rules/apply-runs.ts was tick/settle.ts.
  kept: ['lib/loop/step.ts', 'lib/tick/settle.ts'],
  files: {
    'lib/store/expression.ts': 'a helper that gives names and values their aliases, called for each of them',
    'lib/store/admission-condition.ts': 'the text of one condition, made by a call or two for each of its terms',
    'lib/store/item.ts': 'translates a state into attributes and back, attribute by attribute',
    'lib/store/item-size.ts': 'counts bytes, attribute by attribute',
    'lib/store/soundness.ts': 'judges a stored item, attribute by attribute',
    'lib/store/table.ts': 'the shape of the table: its function gives a key',
    'lib/store/translation.ts': 'called by the SDK for each number that an answer holds',
  },
};
