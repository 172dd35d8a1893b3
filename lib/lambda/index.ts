export type { FiringAnswer, RunOnceAnswer, TickAnswer, UnknownServiceAnswer } from './answers.ts';
export { type HandlerEvent, type ManualEvent, readEvent, type ScheduledEvent, type SchedulerEvent } from './event.ts';
export { ACTIONS, EVENT_FIELDS } from './event-schemas.ts';
export { type GroupMember, groupHandler } from './group-handler.ts';
export type { Answer, HandlerContext, ScheduledHandler } from './handler.ts';
export { CRASH_MESSAGE, serviceLog, TICK_MESSAGE } from './log.ts';
export { MalformedEventError } from './malformed-event.ts';
export type { PauseAnswer, ResumeAnswer } from './operator.ts';
export {
  handlerWithQueries,
  type Queries,
  type Query,
  type QueryContext,
  type QueryingHandler,
} from './query-handler.ts';
export type { InvalidInputAnswer } from './run-once.ts';
export { scheduledHandler } from './scheduled-handler.ts';
export type { PolicyAnswer, StatusAnswer } from './status-answer.ts';
