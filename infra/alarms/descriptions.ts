/**
 * The texts that people read when an alarm fires: its meaning, where to look, and the command to run. Pure. CloudWatch
 * keeps up to 1024 characters.
 */
import { briefly } from '../../lib/time/index.ts';

/** The service that a description is about. */
export interface Subject {
  readonly service: string;
  readonly functionName: string;
}

function invoke({ functionName }: Subject, payload: string): string {
  return (
    `aws lambda invoke --cli-read-timeout 0 --cli-binary-format raw-in-base64-out --function-name ${functionName} ` +
    `--payload '${payload}' /dev/stdout`
  );
}

/**
 * The command that reads the messages of a queue. It doesn't hide messages from the count of the queue, which would end
 * the alarm and fire it again.
 */
function receive(queueName: string): string {
  return (
    `aws sqs receive-message --visibility-timeout 0 --message-attribute-names All ` +
    `--queue-url $(aws sqs get-queue-url --queue-name ${queueName} --query QueueUrl --output text)`
  );
}

const asks = (subject: Subject) => `Ask it: ${invoke(subject, '{"action":"status"}')}`;

export const descriptions = {
  failing: (subject: Subject, consecutive: number) =>
    `${subject.service} is failing: its last ${consecutive} runs or more failed. It goes on by itself and recovers with its first success. ` +
    `Look at the recent failures. ${asks(subject)}`,
  halted: (subject: Subject) =>
    `${subject.service} is halted: it stopped running after a fatal error or too many failures, until its probe succeeds, a person resumes it, or a changed build comes. ` +
    `Look at the cause and mend it. ${asks(subject)} Then start it afresh: ${invoke(subject, '{"action":"resume"}')}`,
  silent: (subject: Subject, milliseconds: number) =>
    `${subject.service} is silent: it sent no metric for ${briefly(milliseconds)}, not even for a skipped tick. A paused, halted or backing-off service sends some, so its ticks do not arrive or its function crashes at once. ` +
    `Look at its schedule, at the function's errors and throttles, and at both queues. Run it once: ${invoke(subject, '{"action":"run-once"}')}`,
  overdue: (subject: Subject) =>
    `${subject.service} is overdue: the watchdog found that a tick which was due has left no trace in its state, or that a crashed run still holds its lease. ` +
    `Look at its schedule, at the function's errors and at both queues. ${asks(subject)}`,
  errors: (subject: Subject) =>
    `Invocations of ${subject.service} end in errors: the function threw or crashed. A halt throws too, once. ` +
    `Look at the log and at the queue of failed events. ${asks(subject)}`,
  throttles: (subject: Subject) =>
    `Lambda throttles ${subject.service}: the account's concurrency is used up, and ticks come late or expire. ` +
    `Look at the account's concurrent executions. Run: aws lambda get-account-settings`,
  overrunning: (subject: Subject, interval: number) =>
    `${subject.service} keeps taking longer than its interval of ${briefly(interval)}: the ticks that a run covers are skipped as overlap. ` +
    `Look at the durations of its last runs; give it less to do or a longer interval. ${asks(subject)}`,
  pager: (subject: Subject) =>
    `${subject.service} needs attention: one of its alarms rings. This alarm's rule names them, and the description of the one that rings says what to do. ` +
    `${asks(subject)}`,
  undeliverable: (queueName: string) =>
    `Firings could not be delivered: EventBridge Scheduler gave up on a function (gone, throttled, or not allowed), and their ticks never ran. ` +
    `Look at a message's attributes ERROR_CODE and ERROR_MESSAGE and at the schedule that it names. ` +
    `Run: ${receive(queueName)}. ` +
    `The alarm ends when the queue is empty: missed ticks are not replayed, so purge it once the cause is mended.`,
  failed: (queueName: string) =>
    `Invocations broke: a function threw as it was loaded, crashed, let its event expire, or halted its service. A halt throws once, so a page of the service itself may come beside this one: follow that. ` +
    `Look at a message's requestContext (which function, and condition: why) and responsePayload (what it threw), then at that function's log. ` +
    `Run: ${receive(queueName)}. ` +
    `The alarm ends when the queue is empty, and rings for nothing new before: events are not replayed, so purge it once the cause is mended.`,
  hold: () =>
    'Never rings: the pagers name it because CloudWatch lets a composite alarm wait before it acts only for such an alarm.',
} as const;
