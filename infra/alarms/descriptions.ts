/**
 * The descriptions of alarms: what happened, what follows, and the command to run. Lines have at most 120 columns. A
 * value that only a deploy knows, such as the name of a function, stands on a line of its own. Pure.
 */
import { briefly } from '../../lib/time/index.ts';

/** The service, or the group of services, that a text is about. */
export interface Subject {
  /** The name of the service; `The group` and the name for the function of a group. */
  readonly service: string;
  readonly functionName: string;
  /** The service that the command must name, if several services share the function. */
  readonly asks?: string;
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}

/** Returns the lines of the command that asks for the status of the service. A shell reads the lines as one command. */
function status({ functionName, asks }: Subject): string[] {
  const payload = JSON.stringify({ ...(asks === undefined ? {} : { service: asks }), action: 'status' });
  return [
    'Run: aws lambda invoke --cli-read-timeout 0 --cli-binary-format raw-in-base64-out \\',
    `--function-name ${functionName} \\`,
    `--payload '${payload}' /dev/stdout`,
  ];
}

function schedules(groupName: string): string[] {
  return ['Run: aws scheduler list-schedules --group-name \\', groupName];
}

function receive(queueName: string): string[] {
  return [
    'Run: aws sqs receive-message --visibility-timeout 0 --message-attribute-names All --queue-url \\',
    '$(aws sqs get-queue-url --query QueueUrl --output text --queue-name \\',
    `${queueName})`,
  ];
}

export const descriptions = {
  unhealthy: (subject: Subject) =>
    lines(
      `${subject.service} is in trouble.`,
      "It fails, is halted, never ran, is overdue, or its state can't be read. The message of watch-services says which.",
      'It may stay so until somebody mends the cause. The alarm ends by itself, within half an hour of the trouble.',
      ...status(subject),
    ),
  watchdog: (subject: Subject) =>
    lines(
      `${subject.service} has stopped: it has not looked at the other services for 15 minutes.`,
      'Until it looks again, no message says that a service is in trouble, and no other alarm shows it.',
      "Look at its log, at its function's errors and throttles, and at its schedule.",
      ...status(subject),
    ),
  throttles: (subject: Subject) =>
    lines(
      `${subject.service} is throttled by Lambda.`,
      'The concurrency of the account or of the function is used up: its ticks come late or expire.',
      'Run: aws lambda get-account-settings',
    ),
  nearTimeout: (subject: Subject, timeout: number) =>
    lines(
      `${subject.service} comes near the timeout of its function, ${briefly(timeout)}.`,
      'A run that reaches its timeout fails. Give it less to do at a time, or a longer timeout.',
      ...status(subject),
    ),
  deliveryErrors: (groupName: string) =>
    lines(
      'Firings meet errors: for 15 minutes EventBridge Scheduler could not deliver some of this group.',
      'It tries each again until the next is due, then gives it up: that tick never runs.',
      'Look whether the role of the schedules still lets them invoke their functions.',
      ...schedules(groupName),
    ),
  deliveryThrottles: (groupName: string) =>
    lines(
      'Firings are throttled: for 15 minutes Lambda refused some of this group for too many requests.',
      'EventBridge Scheduler tries each again until the next is due, then gives it up: that tick never runs.',
      ...schedules(groupName),
      'Then: aws lambda get-account-settings',
    ),
  dropped: (queueName: string) =>
    lines(
      'Firings were given up: EventBridge Scheduler could not deliver them until the next were due.',
      'Their ticks never ran, and are not repeated. The queue says which, and why.',
      ...receive(queueName),
    ),
  lost: (groupName: string) =>
    lines(
      'Firings were lost: EventBridge Scheduler could neither deliver them nor put them into the queue.',
      'Their ticks never ran, and no message says which they were.',
      'Look whether the role of the schedules still lets them send to the queue, and whether the queue is there.',
      ...schedules(groupName),
    ),
  undeliverable: (queueName: string) =>
    lines(
      'Firings could not be delivered, and came into the queue. Their ticks never ran, and are not repeated.',
      'Look at the attributes ERROR_CODE and ERROR_MESSAGE of a message, and at the schedule that it names.',
      'Messages stay for 14 days; nothing has to be purged.',
      ...receive(queueName),
    ),
} as const;
