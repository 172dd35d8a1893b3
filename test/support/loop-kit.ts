/** What the tests of loops share: a service made of a script, and a log that keeps what it is told. */
import { fillPolicy, type PolicyOptions } from '../../lib/rules/index.ts';
import { type Classify, defineService, type Log, type RunContext, type Service } from '../../lib/service/index.ts';

/** A line that was logged. */
export interface Logged {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** A log that keeps its lines. */
export function keptLog(): Log & { readonly lines: Logged[]; of(level: Logged['level']): string[] } {
  const lines: Logged[] = [];
  const at =
    (level: Logged['level']): Log['info'] =>
    (message, fields) =>
      void lines.push({ level, message, fields });
  return {
    lines,
    of: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

/** What a scripted service is made of. */
export interface Script {
  readonly name?: string;
  readonly policy: PolicyOptions;
  readonly workload: (context: RunContext) => Promise<unknown>;
  readonly classify?: Classify;
  readonly printer?: (line: string) => void;
}

/** A service whose policy and name are not judged, so that the reference runs' interval of 0 can be had. */
export function unjudgedService({ name = 'service', policy, ...parts }: Script): Service {
  const defined = defineService({ ...policy, name: 'service', interval: '1m', ...parts });
  const filled = fillPolicy(policy);
  return { ...defined, name, policy: filled, schedule: { interval: filled.interval } };
}

/** An error with a field more, such as a code or a status. */
export function errorWith(message: string, fields: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error(message), fields);
}
