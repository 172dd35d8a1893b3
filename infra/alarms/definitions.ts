/**
 * The alarms of a service, derived from its policy. Pure.
 *
 *   failing      the streak reached `consecutive`
 *   halted       the service is halted
 *   silent       the service sends no metric, though its ticks are less than an hour apart
 *   overdue      the watchdog finds that a tick is missing; for ticks an hour or more apart. At level 'full' also for
 *                other services, which are overdue if they are stuck under the lease of a crashed run
 *   errors       'full': invocations end in errors
 *   throttles    'full': Lambda throttles the function
 *   overrunning  'full', if the timeout is longer than the longest gap between ticks: runs last longer than this gap
 *   pager        one of these alarms fires; only this alarm notifies people
 */
import { hasSlots } from '../../lib/rules/index.ts';
import type { Service } from '../../lib/service/index.ts';
import { HOUR, SECOND } from '../../lib/time/index.ts';
import { longestGap } from '../longest-gap.ts';
import type { AlarmLevel } from '../settings.ts';
import type { AlarmCondition, AlarmDefinition, CompositeAlarmDefinition, MetricAlarmDefinition } from './definition.ts';
import { descriptions, type Subject } from './descriptions.ts';
import { minutePeriod, silenceOf } from './silence.ts';

/** Everything that the alarms of a service need besides the service. */
export interface AlarmsOptions {
  /** The CloudWatch namespace of the service's own metrics. */
  readonly namespace: string;
  /** The name of the service's Lambda function. */
  readonly functionName: string;
  readonly level: AlarmLevel;
}

/** The name of the watchdog service. */
export const WATCHDOG = 'watch-services';
/**
 * How long the pager waits, in seconds. CloudWatch evaluates each alarm at a moment of its own. After the first sample
 * of a new service, `failing` may leave INSUFFICIENT_DATA up to a minute before `silent` leaves ALARM; until then the
 * rule of the pager holds.
 */
const PAGER_WAIT = 120;
/**
 * The length of a window, in seconds. It is longer than the pager waits, so that each alarm that fired reaches people,
 * and metrics by EMF may come some minutes late.
 */
const WINDOW = 300;

/** The values that every definition needs. */
interface Basis {
  readonly service: Service;
  readonly options: AlarmsOptions;
  readonly subject: Subject;
}

/** The alarms of a service, the pager last; an empty list at level 'none'. */
export function alarmsOf(service: Service, options: AlarmsOptions): readonly AlarmDefinition[] {
  if (options.level === 'none') return [];
  const basis = { service, options, subject: { service: service.name, functionName: options.functionName } };
  const essential = [failing(basis), halted(basis), silent(basis) ?? overdue(basis)];
  const metrics = options.level === 'full' ? [...essential, ...rest(basis)] : essential;
  return [...metrics, pager(basis, metrics)];
}

/** An alarm with one window, whose newest sample decides. Without a sample the state of the alarm is unchanged. */
function newest({ service, options }: Basis, own: OwnParts): MetricAlarmDefinition {
  return {
    kind: 'metric',
    namespace: options.namespace,
    dimensions: { service: service.name },
    statistic: 'Maximum',
    period: WINDOW,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    comparison: 'at least',
    missing: 'ignore',
    ...own,
  };
}

type OwnParts = Pick<MetricAlarmDefinition, 'id' | 'metricName' | 'threshold' | 'description'>;

function failing(basis: Basis): MetricAlarmDefinition {
  const { consecutive } = basis.service.policy;
  const description = descriptions.failing(basis.subject, consecutive);
  return newest(basis, { id: 'failing', metricName: 'FailureStreak', threshold: consecutive, description });
}

function halted(basis: Basis): MetricAlarmDefinition {
  const description = descriptions.halted(basis.subject);
  return newest(basis, { id: 'halted', metricName: 'Halted', threshold: 1, description });
}

/** Counts samples of any value: a halted service also sends samples, and is not silent. */
function silent({ service, options, subject }: Basis): MetricAlarmDefinition | undefined {
  const silence = silenceOf(service);
  if (silence === undefined) return undefined;
  const { period, periods } = silence;
  return {
    kind: 'metric',
    id: 'silent',
    namespace: options.namespace,
    metricName: 'Halted',
    dimensions: { service: service.name },
    statistic: 'SampleCount',
    period,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    threshold: 1,
    comparison: 'below',
    missing: 'breaching',
    description: descriptions.silent(subject, period * periods * SECOND),
  };
}

function overdue(basis: Basis): MetricAlarmDefinition {
  const description = descriptions.overdue(basis.subject);
  return newest(basis, { id: 'overdue', metricName: 'Overdue', threshold: 1, description });
}

/** The alarms that level 'full' adds. */
function rest(basis: Basis): MetricAlarmDefinition[] {
  const { service } = basis;
  // The watchdog does not watch itself.
  const stuck = silenceOf(service) === undefined || service.name === WATCHDOG ? [] : [overdue(basis)];
  return [...stuck, ...lambdaAlarms(basis)];
}

/**
 * Alarms on Lambda's own counts. For a frequent service a single error or throttle is harmless; for a rare one it means
 * a lost tick.
 */
function lambdaAlarms({ service, options, subject }: Basis): MetricAlarmDefinition[] {
  const gap = longestGap(service.schedule);
  const frequent = gap < HOUR;
  const counted = {
    kind: 'metric',
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: options.functionName },
    statistic: 'Sum',
    period: Math.min(Math.max(minutePeriod(gap), WINDOW), HOUR / SECOND),
    evaluationPeriods: frequent ? 3 : 1,
    datapointsToAlarm: frequent ? 2 : 1,
    threshold: 1,
    comparison: 'at least',
    missing: 'notBreaching',
  } as const;
  return [
    { ...counted, id: 'errors', metricName: 'Errors', description: descriptions.errors(subject) },
    { ...counted, id: 'throttles', metricName: 'Throttles', description: descriptions.throttles(subject) },
    ...(canOverrun(service)
      ? [
          {
            ...counted,
            id: 'overrunning',
            metricName: 'Duration',
            statistic: 'Maximum',
            // So long that at least one run begins in each window.
            period: Math.max(minutePeriod((Math.ceil(service.timeout / gap) + 1) * gap), WINDOW),
            threshold: gap,
            comparison: 'above',
            description: descriptions.overrunning(subject, gap),
          } as const,
        ]
      : []),
  ];
}

/**
 * Whether a run can be longer than the gap between ticks. With several slots the duration of the invocation says
 * nothing, since it includes waiting for slots.
 */
function canOverrun({ schedule, timeout }: Service): boolean {
  return !hasSlots(schedule) && timeout > longestGap(schedule);
}

/**
 * The alarm that notifies people. A metric alarm that treats missing samples as breaching fires as soon as it is made,
 * so `silent` counts only after the service has sent a metric.
 */
function pager({ subject }: Basis, metrics: readonly MetricAlarmDefinition[]): CompositeAlarmDefinition {
  const rings = ({ id }: MetricAlarmDefinition): AlarmCondition =>
    id === 'silent' ? { allOf: [{ alarm: id }, { not: { insufficientData: 'failing' } }] } : { alarm: id };
  return {
    kind: 'composite',
    id: 'pager',
    rule: { anyOf: metrics.map(rings) },
    wait: PAGER_WAIT,
    description: descriptions.pager(subject),
  };
}
