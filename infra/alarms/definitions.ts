/**
 * The alarms of a service, derived from its policy. Pure.
 *
 *   failing      the streak reached `consecutive`
 *   halted       it stopped running
 *   silent       it sends no metric, though its ticks come less than an hour apart
 *   overdue      the same, found by the watchdog, where ticks are further apart; 'full': stuck under the lease of a
 *                crashed run
 *   errors       'full': invocations end in errors
 *   throttles    'full': Lambda throttles it
 *   overrunning  'full', and where its timeout allows that: runs outlast the longest gap between ticks
 *   pager        one of them rings; the only one that notifies people
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
  /** CloudWatch's namespace of the service's own metrics. */
  readonly namespace: string;
  /** Of its Lambda function. */
  readonly functionName: string;
  readonly level: AlarmLevel;
}

/** The name of the service that watches the others. */
export const WATCHDOG = 'watch-services';
/**
 * CloudWatch evaluates each alarm at its own moment of the minute. With the first sample of a new service, failing may
 * leave INSUFFICIENT_DATA up to a minute before silent leaves ALARM, and the pager's rule holds for that while.
 */
const PAGER_WAIT = 120;
/**
 * Seconds. Longer than the pager waits, so that each alarm that rang reaches people; and metrics by EMF may come some
 * minutes late.
 */
const WINDOW = 300;

/** The parts of every definition. */
interface Basis {
  readonly service: Service;
  readonly options: AlarmsOptions;
  readonly subject: Subject;
}

/** The alarms of a service, the pager last; none at level 'none'. */
export function alarmsOf(service: Service, options: AlarmsOptions): readonly AlarmDefinition[] {
  if (options.level === 'none') return [];
  const basis = { service, options, subject: { service: service.name, functionName: options.functionName } };
  const essential = [failing(basis), halted(basis), silent(basis) ?? overdue(basis)];
  const metrics = options.level === 'full' ? [...essential, ...rest(basis)] : essential;
  return [...metrics, pager(basis, metrics)];
}

/** One window, of which the newest sample decides: until the next one the state stays. */
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

/** Counts samples whatever their value: a halted service sends them too, and is not silent. */
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

/** The alarms that 'full' adds. */
function rest(basis: Basis): MetricAlarmDefinition[] {
  const { service } = basis;
  // The watchdog does not watch itself.
  const stuck = silenceOf(service) === undefined || service.name === WATCHDOG ? [] : [overdue(basis)];
  return [...stuck, ...lambdaAlarms(basis)];
}

/**
 * Alarms on Lambda's own counts. A single error or throttle of a frequent service is a hiccup; of a rare one it is a
 * tick lost.
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
            // In each window a run begins that nothing covers.
            period: Math.max(minutePeriod((Math.ceil(service.timeout / gap) + 1) * gap), WINDOW),
            threshold: gap,
            comparison: 'above',
            description: descriptions.overrunning(subject, gap),
          } as const,
        ]
      : []),
  ];
}

/** The duration of an invocation that waits for several slots doesn't show a run's. */
function canOverrun({ schedule, timeout }: Service): boolean {
  return !hasSlots(schedule) && timeout > longestGap(schedule);
}

/** A breaching alarm rings as soon as it is made: silence counts only once the service has sent a metric. */
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
