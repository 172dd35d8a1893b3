/** The words of the simulator: machines, their processes, and the gates at which these wait. */

/** What can become of one attempt at a request. */
export type RequestFate = 'ok' | 'lost' | 'late' | 'throttled' | 'unavailable';
/** What can become of its answer. */
export type AnswerFate = 'ok' | 'lost';

/** Somebody with a clock of its own and a build that it runs. */
export interface Machine {
  readonly name: string;
  /** How far its clock is ahead of the true time, in milliseconds. */
  offset: number;
  /** Which variant of its services it runs. */
  variant: number;
}

/** How a process ended: by itself, or not. */
export type Ending = 'answered' | 'failed' | 'died' | 'recycled';

/** One process: an invocation on a machine. */
export interface Process {
  readonly id: number;
  readonly machine: Machine;
  /** When its surroundings end it, in true time. */
  readonly killAt: number;
  ending?: Ending;
}

/** Where a process waits. */
export type Gate = { readonly process: Process; readonly label: string } & (
  | { readonly kind: 'request'; readonly timesOutAt: number; open(fate: RequestFate): void }
  | { readonly kind: 'answer'; readonly timesOutAt: number; open(fate: AnswerFate): void }
  | { readonly kind: 'step'; open(): void }
  /** `isDue`: whether its time has come, by the true time or by its machine's clock, whichever is first. */
  | { readonly kind: 'sleep'; readonly wakesAt: number; isDue(): boolean; open(): void }
);

/** A request that its sender has given up, and that may still have its effect. */
export interface Late {
  readonly label: string;
  land(): void;
}

/** When a gate opens by itself. */
export function timeOf(gate: Gate): number {
  if (gate.kind === 'sleep') return gate.wakesAt;
  return gate.kind === 'step' ? Number.POSITIVE_INFINITY : gate.timesOutAt;
}
