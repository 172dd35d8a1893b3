import { expect, test } from 'vitest';
import {
  ALREADY_LATE,
  ONLY_SCHEDULED,
  proposeLate,
  RESULT_OF,
  type StateType,
  whyLeftAlone,
} from '../../lib/flow-runs/index.ts';
import { LATE_STATE, RUNNING_STATE, START, waitingRun } from './runs.ts';

test("the reasons are upstream's, word for word", () => {
  expect([ONLY_SCHEDULED, ALREADY_LATE]).toEqual([
    'Only scheduled flows can be marked late.',
    'This flow run is already marked late.',
  ]);
});

const NOT_SCHEDULED: StateType[] = [
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
];

test.each(NOT_SCHEDULED)('a run in state type %s may not turn late, whatever its state is called', (type) => {
  for (const name of ['Scheduled', 'Late', 'Other']) {
    expect(proposeLate(waitingRun('a', START, { type, name }), { id: 'new', now: 5 })).toEqual({
      accepted: false,
      reason: 'Only scheduled flows can be marked late.',
    });
  }
});

test('each reason counts as one result, whether it was met before the write or after', () => {
  expect(RESULT_OF).toEqual({
    'Only scheduled flows can be marked late.': 'moved-on',
    'This flow run is already marked late.': 'already-late',
  });
});

test('a late run may not turn late again', () => {
  expect(proposeLate(waitingRun('a', START, { name: 'Late' }), { id: 'new', now: 5 })).toEqual({
    accepted: false,
    reason: 'This flow run is already marked late.',
  });
});

test.each(['Scheduled', 'AwaitingRetry', 'Resuming'])(
  'a run in state type SCHEDULED, name %s, may turn late',
  (name) => {
    expect(proposeLate(waitingRun('a', START, { name, message: 'old' }), { id: 'new', now: 5 })).toEqual({
      accepted: true,
      state: { id: 'new', type: 'SCHEDULED', name: 'Late', timestamp: 5 },
    });
  },
);

test('a run that is left alone is explained by what it has become', () => {
  expect(whyLeftAlone(undefined)).toBe('deleted');
  expect(whyLeftAlone(waitingRun('a', START, LATE_STATE))).toBe('already-late');
  expect(whyLeftAlone(waitingRun('a', START, RUNNING_STATE))).toBe('moved-on');
  expect(whyLeftAlone(waitingRun('a', START, { type: 'RUNNING', name: 'Late' }))).toBe('moved-on');
  expect(whyLeftAlone(waitingRun('a', START, { name: 'AwaitingRetry' }))).toBe('moved-on');
});
