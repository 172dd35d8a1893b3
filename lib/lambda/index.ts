export type { FiringAnswer, RunOnceAnswer, TickAnswer } from './answers.ts';
export { type HandlerEvent, type ManualEvent, readEvent, type ScheduledEvent, type SchedulerEvent } from './event.ts';
export { ACTIONS, EVENT_FIELDS } from './event-schemas.ts';
export { CRASH_MESSAGE, serviceLog, TICK_MESSAGE } from './log.ts';
export { MalformedEventError } from './malformed-event.ts';
export type { PauseAnswer, ResumeAnswer } from './operator.ts';
export { type Answer, type HandlerContext, type ScheduledHandler, scheduledHandler } from './scheduled-handler.ts';
export type { PolicyAnswer, StatusAnswer } from './status-answer.ts';
