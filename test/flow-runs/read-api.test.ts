import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFlowRuns } from '../../lib/flow-runs/index.ts';

const NOW = 1_730_800_000_000;

/** A flow run as the API returns it, shortened. */
const API_RUN = {
  id: '0c7b1d52-6a3c-4f0d-8a57-5b7c7a2f6d10',
  created: '2024-11-04T00:00:05.120513Z',
  name: 'quick-heron',
  flow_id: '1f6f1f6e-6a3c-4f0d-8a57-5b7c7a2f6d11',
  state_id: '2a2f6f6e-6a3c-4f0d-8a57-5b7c7a2f6d12',
  deployment_id: '3b3f6f6e-6a3c-4f0d-8a57-5b7c7a2f6d13',
  parameters: { full_refresh: false },
  tags: ['warehouse'],
  state_type: 'SCHEDULED',
  state_name: 'Scheduled',
  expected_start_time: '2024-11-05T01:59:00+00:00',
  next_scheduled_start_time: '2024-11-05T03:00:00.123456+01:00',
  state: {
    id: '2a2f6f6e-6a3c-4f0d-8a57-5b7c7a2f6d12',
    type: 'SCHEDULED',
    name: 'Scheduled',
    timestamp: '2024-11-04T00:00:05.120513Z',
    message: 'Flow run scheduled',
    state_details: { scheduled_time: '2024-11-05T02:00:00Z' },
  },
};
const API_LINE = JSON.stringify(API_RUN);

const readOne = (element: unknown) => readFlowRuns(JSON.stringify([element]), NOW);
const faultOf = (element: unknown) => readOne(element).faults;

describe('a flow run as the API returns it', () => {
  test('is read with its times as instants, and nothing of it is lost', () => {
    const { runs, faults } = readOne(API_RUN);

    expect(faults).toEqual([]);
    expect(runs).toEqual([
      {
        id: '0c7b1d52-6a3c-4f0d-8a57-5b7c7a2f6d10',
        name: 'quick-heron',
        deploymentId: '3b3f6f6e-6a3c-4f0d-8a57-5b7c7a2f6d13',
        state: {
          id: '2a2f6f6e-6a3c-4f0d-8a57-5b7c7a2f6d12',
          type: 'SCHEDULED',
          name: 'Scheduled',
          timestamp: 1_730_678_405_120,
          message: 'Flow run scheduled',
        },
        // Upstream's microseconds: rounded up, so that the run is never late before its time.
        nextScheduledStartTime: 1_730_772_000_124,
        expectedStartTime: 1_730_771_940_000,
        source: API_LINE,
      },
    ]);
  });

  test('may lack what the API gives as null', () => {
    const { id, name } = API_RUN;
    const nulls = { deployment_id: null, next_scheduled_start_time: null, expected_start_time: null, state: null };

    const { runs } = readOne({ id, name, state_type: 'RUNNING', state_name: null, state_id: null, ...nulls });

    const state = { id: `${id}/RUNNING/Running`, type: 'RUNNING', name: 'Running', timestamp: NOW };
    expect(runs).toMatchObject([{ id, name, state }]);
    expect(Object.keys(runs[0] ?? {}).toSorted()).toEqual(['id', 'name', 'source', 'state']);
  });

  test('may give its state by the state alone', () => {
    const { state_type: _type, state_name: _name, state_id: _id, ...rest } = API_RUN;

    expect(readOne(rest).runs[0]?.state).toMatchObject({ type: 'SCHEDULED', name: 'Scheduled' });
  });
});

const WRONG: [unknown, string][] = [
  [null, 'expected a flow run, which is an object, got null'],
  ['text', "expected a flow run, which is an object, got 'text'"],
  [[], 'expected a flow run, which is an object, got []'],
  [{ ...API_RUN, id: 'a\ud800' }, "id: expected well-formed text of 1 to 200 characters, got 'a\\ud800'"],
  [{ ...API_RUN, id: '' }, "id: expected text of 1 to 200 characters, got ''"],
  [{ ...API_RUN, name: undefined }, 'name: expected text of 1 to 400 characters, got none'],
  [
    { ...API_RUN, state_type: 'Scheduled' },
    "state_type: expected one of SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, CRASHED, PAUSED, CANCELLING, got 'Scheduled'",
  ],
  [{ ...API_RUN, state_type: 'RUNNING' }, "state.type: expected RUNNING as in state_type, got 'SCHEDULED'"],
  [
    { ...API_RUN, next_scheduled_start_time: '2024-11-05T02:00:00' },
    "next_scheduled_start_time: expected an ISO 8601 time with a zone, got '2024-11-05T02:00:00'",
  ],
  [{ ...API_RUN, expected_start_time: 5 }, 'expected_start_time: expected an ISO 8601 time with a zone, got 5'],
  [
    { ...API_RUN, state: { ...API_RUN.state, timestamp: 'now' } },
    "state.timestamp: expected an ISO 8601 time with a zone, got 'now'",
  ],
  [
    { ...API_RUN, id: ['\u001b[2J'], name: '' },
    'id: expected text of 1 to 200 characters, got ["\\u001b[2J"]; name: expected text of 1 to 400 characters, got \'\'',
  ],
  [{ ...API_RUN, state: 'Late\u001b[2J\r\n' }, "state: expected an object, got 'Late\\u001b[2J\\r\\n'"],
  [{ ...API_RUN, state: 'Scheduled' }, "state: expected an object, got 'Scheduled'"],
  [
    { ...API_RUN, id: 1, name: 2 },
    'id: expected text of 1 to 200 characters, got 1; name: expected text of 1 to 400 characters, got 2',
  ],
  [
    { ...API_RUN, parameters: 'x'.repeat(400_000) },
    "expected at most 350000 bytes, the state's message counted twice, got 400701",
  ],
  [
    { ...API_RUN, state: { ...API_RUN.state, message: '€'.repeat(60_000) } },
    "expected at most 350000 bytes, the state's message counted twice, got 360685",
  ],
];

describe('a fault names its field, with what was expected and what came', () => {
  test.each(WRONG.map(([element, fault]) => ({ element, fault })))('$fault', ({ element, fault }) => {
    expect(faultOf(element)).toEqual([`element 1: ${fault}`]);
  });

  test('a run that is nested too deep to be written, beside one that is well', () => {
    const deep = `${API_LINE.slice(0, -1)},"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

    const { runs, faults } = readFlowRuns(`[${deep},${API_LINE}]`, NOW);

    expect(runs).toHaveLength(1);
    expect(faults).toEqual(['element 1: expected a flow run that can be written as JSON, got one nested too deep']);
  });

  test('a value without measure, in few words', () => {
    const [deep, long] = [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'x'.repeat(1_000_000)];

    const { faults } = readFlowRuns(`[{"id":${deep},"name":"${long}"},"${long}",${deep}]\n`, NOW);

    expect(faults).toHaveLength(3);
    expect(faults[0]).toMatch(
      /^element 1: id: expected text of 1 to 200 characters, got a value that cannot be shown; name/,
    );
    expect(faults.map(({ length }) => length < 300)).toEqual([true, true, true]);
  });

  test('a run without any state type', () => {
    const { id, name } = API_RUN;
    expect(faultOf({ id, name })).toEqual([
      'element 1: state_type: expected one of SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, CRASHED, PAUSED, CANCELLING, got none',
    ]);
  });
});

describe('the forms of a text', () => {
  test.each([
    ['an array', `[${API_LINE},\n${API_LINE}]`, 2],
    ['an empty array', '[]', 0],
    ['one object over many lines', JSON.stringify(API_RUN, undefined, 2), 1],
    ['a page with results', JSON.stringify({ results: [API_RUN, API_RUN], count: 2, page: 1 }), 2],
    ['JSON lines', `${API_LINE}\n${API_LINE}\n`, 2],
    ['JSON lines of another system, with blank ones', `\uFEFF${API_LINE}\r\n\r\n${API_LINE}`, 2],
  ])('%s is read', (_, text, count) => {
    const { runs, faults } = readFlowRuns(text, NOW);

    expect(faults).toEqual([]);
    expect(runs).toHaveLength(count);
  });

  test('bad lines are listed by their number in the file, and the rest is read', () => {
    const { runs, faults } = readFlowRuns(`${API_LINE}\n\n{"id":\n${API_LINE}\n7\n`, NOW);

    expect(runs).toHaveLength(2);
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatch(/^line 3: expected a flow run as JSON, got '\{"id":' \(.+\)$/);
    expect(faults[1]).toBe('line 5: expected a flow run, which is an object, got 7');
  });

  test('an array that was cut off is one fault', () => {
    const { runs, faults } = readFlowRuns(`[${API_LINE},`, NOW);

    expect(runs).toEqual([]);
    expect(faults).toEqual([expect.stringMatching(/^expected a JSON array, got text that is not JSON \(.+\)$/)]);
  });
});

describe('whatever else stands there', () => {
  /** A line that is no flow run: any text without a line break, any JSON value. */
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, '')),
    fc.json().map((json) => json.replace(/[\r\n]/g, '')),
    fc.constantFrom('{', '{"id":"x"}', '{"__proto__":{"id":1}}', '\u0000', '"', '{"id":null,"state":{"type":[]}}'),
  );

  test('no line throws, every good one among them goes in, and every other is listed by its number', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(garbage, fc.constant(API_LINE)), { maxLength: 12 }), (lines) => {
        const text = [API_LINE, ...lines, API_LINE].join('\n');
        const good = lines.filter((line) => line === API_LINE).length + 2;
        const blank = lines.filter((line) => line.trim() === '').length;

        const { runs, faults } = readFlowRuns(text, NOW);

        expect(runs).toHaveLength(good);
        expect(faults).toHaveLength(lines.length + 2 - good - blank);
        for (const fault of faults) {
          const [, number = '0'] = /^line (\d+): .*expected /s.exec(fault) ?? [];
          expect(lines[Number(number) - 2]).not.toBe(API_LINE);
          expect(fault.length).toBeLessThan(1_500);
        }
      }),
    );
  });

  test('no document throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const { runs, faults } = readFlowRuns(text, NOW);
        expect(runs).toEqual([]);
        expect(faults.every((fault) => fault.includes('expected '))).toBe(true);
      }),
    );
  });

  test('no value in any field throws, and what is read is what was written', () => {
    const field = fc.constantFrom(
      'id',
      'name',
      'state_type',
      'state_name',
      'state',
      'deployment_id',
      'next_scheduled_start_time',
    );
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const { runs, faults } = readOne({ ...API_RUN, [name]: value });
        expect(runs.length + faults.length).toBe(1);
        for (const { source } of runs) expect(JSON.parse(source ?? '')).toMatchObject({ created: API_RUN.created });
      }),
    );
  });
});
