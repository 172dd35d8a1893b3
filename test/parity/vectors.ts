/** The reference runs, as they stand in `loop.json`; its `about` tells how to read them. Seconds throughout. */
import vectors from './loop.json' with { type: 'json' };

export interface LoopVector {
  readonly id: string;
  readonly about: string;
  readonly params: {
    readonly interval: number;
    readonly memory: number;
    readonly consecutive: number;
    readonly backoff: number;
    readonly run_once: boolean;
    readonly jitter_range: number | null;
    readonly jitter_u?: number;
  };
  readonly outcomes: string;
  readonly expected: {
    readonly workload_calls: number;
    readonly exit: string;
    readonly sleeps: readonly number[];
    readonly printed: readonly string[];
    readonly summaries: number;
    readonly resets: number;
    readonly final_backoff_count: number;
  };
  readonly after: readonly {
    readonly outcome: string;
    readonly sleep: number | null;
    readonly track_record: readonly boolean[];
    readonly failures: readonly string[];
    readonly backoff_count: number;
  }[];
}

export interface LoopServiceVector {
  readonly id: string;
  readonly about: string;
  readonly params: {
    readonly durations: readonly number[];
    readonly loop_seconds: number;
    readonly loops: number | null;
    readonly errors: readonly number[];
    readonly stop_at: number | null;
  };
  readonly loops_run: number;
  readonly end_time: number;
  readonly stopped: boolean;
  readonly rows: readonly {
    readonly loop: number;
    readonly start: number;
    readonly error_logged: boolean;
    readonly warning: string | null;
    readonly next_run: number;
  }[];
}

export const loopVectors: readonly LoopVector[] = vectors.loop;
export const loopServiceVectors: readonly LoopServiceVector[] = vectors.loop_service;
export const mathVectors = vectors.math;

/** Equal as the file's `about` defines it: within a relative 1e-12, and -0 is 0. */
export function isClose(got: number, expected: number): boolean {
  return Math.abs(got - expected) <= 1e-12 * Math.max(Math.abs(got), Math.abs(expected), Number.MIN_VALUE);
}
