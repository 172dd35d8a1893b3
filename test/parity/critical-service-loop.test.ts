import { describe, expect, it } from 'vitest';
import { createLoop } from '../../lib/loop/index.ts';
import type { LoopState } from '../../lib/rules/index.ts';
import { type Classify, classifyCritical, ServiceHaltedError } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import type { ErrorSummary } from '../../lib/text/index.ts';
import { keptLog, unjudgedService } from '../support/loop-kit.ts';
import { classify, perform, performAsNode, UPSTREAM_CLASS } from './outcomes.ts';
import { isClose, type LoopVector, loopVectors } from './vectors.ts';

/** Thrown by the call after the last one that a run scripts. */
const EXHAUSTED = new Error('exhausted');

/** The state after a call, in upstream's words. */
interface Row {
  readonly track_record: readonly boolean[];
  readonly failures: readonly string[];
  readonly backoff_count: number;
}

interface Played {
  readonly calls: number;
  readonly exit: string;
  readonly sleeps: readonly number[];
  readonly printed: readonly string[];
  readonly rows: readonly Row[];
  readonly states: readonly LoopState[];
}

/** How a vector is played. */
interface Cast {
  /** The call to begin with. */
  readonly from?: number;
  readonly state?: LoopState;
  readonly perform?: typeof perform;
  readonly classify?: Classify;
}

/** Runs the vector's outcomes through a loop. */
async function play({ params, outcomes }: LoopVector, cast: Cast = {}): Promise<Played> {
  const { from = 0, state } = cast;
  const clock = fakeClock();
  const printed: string[] = [];
  const states: LoopState[] = [];
  let calls = 0;
  const service = unjudgedService({
    policy: {
      interval: params.interval * 1000,
      memory: params.memory,
      consecutive: params.consecutive,
      backoff: params.backoff,
      ...(params.jitter_range === null ? {} : { jitterRange: params.jitter_range }),
    },
    classify: cast.classify ?? classify,
    printer: (line) => printed.push(line),
    async workload() {
      const index = from + calls;
      const letter = outcomes[index];
      if (letter === undefined) throw EXHAUSTED;
      calls += 1;
      (cast.perform ?? perform)(letter, index);
    },
  });
  const loop = createLoop(service, {
    clock,
    random: scriptedRandom([params.jitter_u ?? 0.5]),
    log: keptLog(),
    handleSignals: false,
    ...(state === undefined ? {} : { state }),
    onIteration: (iteration) => void states.push(iteration.state),
  });
  const exit = await loop.start(params.run_once ? 1 : undefined).then(
    () => 'run_once_return',
    (error: unknown) => exitOf(error),
  );
  return {
    calls,
    exit,
    sleeps: clock.sleeps.map((ms) => ms / 1000),
    printed: normalised(printed),
    rows: states.slice(0, calls).map(rowOf),
    states,
  };
}

function exitOf(error: unknown): string {
  if (error === EXHAUSTED) return 'exhausted';
  if (error instanceof ServiceHaltedError) {
    return error.message === 'service: halted: Service exceeded error threshold.' ? 'error_threshold' : error.message;
  }
  const { status } = error as { status?: number };
  return status === undefined ? 'raise_uncaptured' : `raise_http_${status}`;
}

function rowOf({ trackRecord, failures, backoffCount }: LoopState): Row {
  return { track_record: trackRecord, failures: failures.map(named), backoff_count: backoffCount };
}

function named({ errorClass, message }: ErrorSummary): string {
  return `${UPSTREAM_CLASS[errorClass]}:${message}`;
}

/**
 * Lines trimmed, empty ones dropped; a reported error, whose text goes on with its stack, as `<example Class:
 * message>`.
 */
function normalised(printed: readonly string[]): string[] {
  return printed
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', message, code] = /^(\w+): ([\w@]+)(?: \((\w+)\))?\n\s+at /.exec(line) ?? [];
      return message === undefined ? line : `<example ${UPSTREAM_CLASS[code ?? name]}: ${message}>`;
    });
}

/** A vector's `after` from an index on, without what is compared apart. */
function rowsFrom(vector: LoopVector, from: number): Row[] {
  return vector.after
    .slice(from)
    .map(({ track_record, failures, backoff_count }) => ({ track_record, failures: [...failures], backoff_count }));
}

function expectSleeps(got: readonly number[], expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  const different = got.filter((sleep, index) => !isClose(sleep, expected[index] ?? Number.NaN));
  expect(different).toEqual([]);
}

describe('critical_service_loop', () => {
  it('has its 27 reference runs', () => {
    expect(loopVectors.length).toBe(27);
  });

  describe.each(loopVectors)('$id $about', (vector) => {
    const { expected } = vector;

    it('calls, sleeps, prints and ends as the original does', async () => {
      const played = await play(vector);
      expect(played.calls).toBe(expected.workload_calls);
      expect(played.exit).toBe(expected.exit);
      expect(played.printed).toEqual(expected.printed);
      expectSleeps(played.sleeps, expected.sleeps);
    });

    it('comes to the same end with the classifier that a service has by default', async () => {
      const played = await play(vector, { perform: performAsNode, classify: classifyCritical });
      expect(played.calls).toBe(expected.workload_calls);
      expect(played.exit).toBe(expected.exit);
      expectSleeps(played.sleeps, expected.sleeps);
    });

    it('has the same state after each call', async () => {
      const { rows } = await play(vector);
      expect(rows).toEqual(rowsFrom(vector, 0));
      expect(rows.at(-1)?.backoff_count).toBe(expected.final_backoff_count);
    });

    it('goes on in the same way from the state written down after any call', async () => {
      const whole = await play(vector);
      for (let resumeAt = 1; resumeAt < expected.workload_calls; resumeAt++) {
        const written = JSON.stringify(whole.states[resumeAt - 1]);
        const tail = await play(vector, { from: resumeAt, state: JSON.parse(written) as LoopState });
        expect(tail.calls).toBe(expected.workload_calls - resumeAt);
        expect(tail.exit).toBe(expected.exit);
        expect(tail.rows).toEqual(rowsFrom(vector, resumeAt));
        expectSleeps(tail.sleeps, expected.sleeps.slice(resumeAt));
        expect(whole.printed.slice(whole.printed.length - tail.printed.length)).toEqual(tail.printed);
      }
    });
  });
});
