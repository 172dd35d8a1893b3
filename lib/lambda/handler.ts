import type { FiringAnswer, RunOnceAnswer, TickAnswer, UnknownServiceAnswer } from './answers.ts';
import type { HandlerEvent } from './event.ts';
import type { PauseAnswer, ResumeAnswer } from './operator.ts';
import type { InvalidInputAnswer } from './run-once.ts';
import type { StatusAnswer } from './status-answer.ts';

/**
 * The part of the Lambda context that a handler reads, and three fields that only `npm start` and `npm run invoke`
 * give.
 */
export interface HandlerContext {
  getRemainingTimeInMillis(): number;
  /**
   * Aborted when the process is asked to stop, for example by Ctrl+C. Then the handler begins no further tick. Absent
   * on Lambda.
   */
  readonly closing?: AbortSignal;
  /**
   * Aborted 5 s after `closing`, or at a second Ctrl+C. Then a run under way ends without an outcome, and its tick may
   * run again. Absent on Lambda.
   */
  readonly stop?: AbortSignal;
  /**
   * Ends the worker thread after it has sent the answer. Absent on Lambda, where the process ends without an answer.
   */
  readonly endAfterAnswer?: () => void;
}

/** What a handler returns: the answer to the event that it got. */
export type Answer =
  | TickAnswer
  | FiringAnswer
  | RunOnceAnswer
  | InvalidInputAnswer
  | StatusAnswer
  | PauseAnswer
  | ResumeAnswer
  | UnknownServiceAnswer;

/** The handler of a function, as Lambda calls it. */
export type ScheduledHandler = (event: HandlerEvent, context: HandlerContext) => Promise<Answer>;
