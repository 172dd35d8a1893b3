/** The shape of a Lambda handler: what it reads and what it answers. */
import type { FiringAnswer, RunOnceAnswer, TickAnswer, UnknownServiceAnswer } from './answers.ts';
import type { HandlerEvent } from './event.ts';
import type { PauseAnswer, ResumeAnswer } from './operator.ts';
import type { StatusAnswer } from './status-answer.ts';

/** The part of the Lambda context that a handler reads. */
export interface HandlerContext {
  getRemainingTimeInMillis(): number;
  /**
   * Aborted when the process is about to stop, so that no further slot begins. Only `npm start` and `npm run invoke`
   * give it; Lambda has no such signal.
   */
  readonly closing?: AbortSignal;
  /** Aborted when the process stops, so that runs yield. Only `npm start` and `npm run invoke` give it. */
  readonly stop?: AbortSignal;
  /**
   * Ends the worker thread after the answer was sent. Only `npm start` and `npm run invoke` give it. Lambda offers no
   * such function, so there the process ends before the answer is sent.
   */
  readonly endAfterAnswer?: () => void;
}

/** Any answer of a handler. */
export type Answer =
  | TickAnswer
  | FiringAnswer
  | RunOnceAnswer
  | StatusAnswer
  | PauseAnswer
  | ResumeAnswer
  | UnknownServiceAnswer;

/** The Lambda handler of a function. */
export type ScheduledHandler = (event: HandlerEvent, context: HandlerContext) => Promise<Answer>;
