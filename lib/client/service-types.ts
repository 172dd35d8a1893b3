/** What the definition of a service says about the input and the result of its runs. Types alone. */
import type { RunOnceAnswer } from '../lambda/index.ts';
import type { Service } from '../service/index.ts';

/** A service by its definition or by its name. */
export type ServiceOrName = Service | string;

/** The input that a run by hand takes, before its check; `unknown` if only the name of the service is given. */
export type InputOf<S extends ServiceOrName> =
  S extends Service<infer _Result, infer _Prepared, infer _Input, infer Given> ? Given : unknown;

/** The result of the service's workload as JSON; `unknown` if only the name of the service is given. */
export type ResultOf<S extends ServiceOrName> =
  S extends Service<infer Result, infer _Prepared, infer _Input, infer _Given> ? Result : unknown;

/** The answer to a run by hand, with the result that the definition promises; `null` if there is none. */
export interface RunAnswer<Result> extends Omit<RunOnceAnswer, 'result'> {
  readonly result: Result | null;
}
