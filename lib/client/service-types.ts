/** What the definition of a service says about the input and the result of its runs. Types alone. */
import type { RunOnceAnswer } from '../lambda/index.ts';
import type { Service } from '../service/index.ts';

/** A service by its definition or by its name. */
export type ServiceOrName = Service | string;

/** The input that a run by hand takes; `unknown` if only the name of the service is given. */
export type InputOf<S extends ServiceOrName> = S extends { workload: (context: infer Context) => unknown }
  ? Context extends { readonly input?: infer Input }
    ? Exclude<Input, undefined>
    : unknown
  : unknown;

/** The result of the service's workload as JSON; `unknown` if only the name of the service is given. */
export type ResultOf<S extends ServiceOrName> = S extends { workload: (...given: never[]) => infer Returned }
  ? Awaited<Returned>
  : unknown;

/** The answer to a run by hand, with the result that the definition promises; `null` if there is none. */
export interface RunAnswer<Result> extends Omit<RunOnceAnswer, 'result'> {
  readonly result: Result | null;
}
