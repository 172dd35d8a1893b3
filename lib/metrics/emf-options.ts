/** The settings of embedded metrics, read from environment variables that are handed in. */
import type { Surroundings } from '../service/index.ts';

/** What the embedded metrics are filed under, and how many there are. */
export interface EmfOptions {
  /** CloudWatch's namespace. @default 'Tickover' */
  readonly namespace?: string;
  /** Whether duration, lateness, overrun and skips by reason are told too: up to nine more metrics a service. @default false */
  readonly detailed?: boolean;
}

export const DEFAULT_NAMESPACE = 'Tickover';

/** Namespaces that begin with `AWS/` are Amazon's own; one that begins with a colon is refused by CloudWatch. */
const NAMESPACE = /^(?!AWS\/)(?!:)[\w.\-/#: ]{1,255}$/;

type Variables = Surroundings['env'];

/** What `TICKOVER_METRICS_NAMESPACE` ('Tickover') and `TICKOVER_DETAILED_METRICS` (false) say; an empty value is none. */
export function emfOptionsIn({
  TICKOVER_METRICS_NAMESPACE,
  TICKOVER_DETAILED_METRICS,
}: Variables): Required<EmfOptions> {
  return {
    namespace: TICKOVER_METRICS_NAMESPACE || DEFAULT_NAMESPACE,
    detailed: TICKOVER_DETAILED_METRICS === 'true',
  };
}

/** What is wrong with these variables, each as `variable: expected ..., got ...`. */
export function emfFaults(env: Variables): string[] {
  const { TICKOVER_METRICS_NAMESPACE: namespace = '', TICKOVER_DETAILED_METRICS: detailed = '' } = env;
  const faults: string[] = [];
  if (namespace !== '' && !(NAMESPACE.test(namespace) && namespace.trim() !== '')) {
    faults.push(
      `TICKOVER_METRICS_NAMESPACE: expected 1 to 255 letters, digits, spaces or . - _ / # :, not beginning with 'AWS/' or ':', got '${namespace}'`,
    );
  }
  if (!['', 'true', 'false'].includes(detailed)) {
    faults.push(`TICKOVER_DETAILED_METRICS: expected 'true' or 'false', got '${detailed}'`);
  }
  return faults;
}
