/**
 * The services that are simulated: policies of every kind, each in variants, as a redeploy changes policy and build.
 */
import { classifyTolerant, defineService, type Service, type ServiceOptions } from '../../../lib/service/index.ts';

/** A service in each of its variants. */
export interface Simulated {
  readonly name: string;
  /** How its errors are judged: the column of the workloads' table. */
  readonly judges: 'critical' | 'loop' | 'tolerant';
  /** First the one it was deployed with; then the same policy in another build; then another policy. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly service: Service;
  readonly build: string;
}

type Options = Omit<ServiceOptions<undefined>, 'workload' | 'printer'>;

function simulated(judges: Simulated['judges'], options: Options, changed: Partial<Options>): Simulated {
  const defined = (over: Partial<Options>) => defineService({ ...options, ...over, printer: () => {} });
  const first = defined({});
  return {
    name: options.name,
    judges,
    variants: [
      { service: first, build: 'b1' },
      { service: first, build: 'b2' },
      { service: defined(changed), build: 'b3' },
    ],
  };
}

export const SERVICES: readonly Simulated[] = [
  simulated(
    'critical',
    { name: 'poll', interval: '1m', consecutive: 2, backoff: 3, restartAfter: '5m' },
    { consecutive: 3, backoff: 2 },
  ),
  simulated('loop', { name: 'sweep', kind: 'loop', interval: '1m', restartAfter: '4m' }, { trips: true, backoff: 2 }),
  simulated(
    'tolerant',
    {
      name: 'sync',
      interval: '5m',
      consecutive: 1,
      backoff: 3,
      onFatal: 'continue',
      classify: classifyTolerant,
      restartAfter: 'never',
    },
    { consecutive: 2, restartAfter: '10m', memory: 1 },
  ),
  simulated(
    'critical',
    {
      name: 'probe',
      interval: '20s',
      consecutive: 2,
      backoff: 2,
      memory: 2,
      restartAfter: '3m',
      timeout: '15s',
      reserve: '3s',
    },
    { consecutive: 1, backoff: 4, maxInterval: '80s' },
  ),
];
