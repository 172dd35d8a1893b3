import { emfFaults } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { isInLambda, readIntervalVariable, SCHEDULER_PRECISION } from '../service/index.ts';
import { SECOND } from '../time/index.ts';

/** The settings of a function, read from its environment variables. Durations are in milliseconds. */
export interface Environment {
  readonly table: string;
  /**
   * `TICKOVER_BUILD`: a hash of the code, policy and schedule of the function, at most 16 characters. @default
   * 'unbuilt'
   */
  readonly build: string;
  /**
   * `TICKOVER_SLACK_SECONDS`, converted to milliseconds: how late EventBridge Scheduler may invoke the function before
   * a tick is lost. Only services with an interval below a minute use it.
   * @default 60 s
   */
  readonly slack: number;
  /**
   * `TICKOVER_INTERVAL`, such as `5s`, converted to milliseconds: replaces the option `interval` of the service.
   * @default the option `interval` stays
   */
  readonly interval?: number;
  /**
   * `TICKOVER_DATABASE`: the endpoint of the embedded DynamoDB with the state table. `tickover dev` sets it. @default
   * the SDK finds DynamoDB
   */
  readonly database?: string;
  readonly inLambda: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

type Variables = Environment['variables'];

/**
 * The most characters of a build id (a hash of code, policy and schedule). The state item that contains it must fit
 * into one kilobyte.
 */
const LONGEST_BUILD = 16;

/**
 * Reads and checks the environment variables of a Lambda function.
 * @throws InvalidOptionsError which names every invalid variable, with the expected and the given value
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const { TICKOVER_TABLE: table, TICKOVER_BUILD: build = 'unbuilt', TICKOVER_SLACK_SECONDS } = variables;
  const { TICKOVER_DATABASE: database } = variables;
  const slack = TICKOVER_SLACK_SECONDS === undefined ? SCHEDULER_PRECISION : seconds(TICKOVER_SLACK_SECONDS);
  const { interval, faults: intervalFaults } = readIntervalVariable(variables);
  const faults: string[] = emfFaults(variables);
  const check = (holds: boolean, variable: string, expected: string) => {
    const got = variables[variable];
    if (!holds) faults.push(`${variable}: expected ${expected}, got ${got === undefined ? 'none' : `'${got}'`}`);
  };
  check(table !== undefined && table !== '', 'TICKOVER_TABLE', 'the name of the state table');
  check(build !== '' && build.length <= LONGEST_BUILD, 'TICKOVER_BUILD', `1 to ${LONGEST_BUILD} characters`);
  check(slack >= 0 && slack <= SCHEDULER_PRECISION, 'TICKOVER_SLACK_SECONDS', 'a number from 0 to 60');
  faults.push(...intervalFaults);
  if (faults.length > 0 || table === undefined) throw new InvalidOptionsError('environment', faults);
  return {
    table,
    build,
    slack,
    ...(interval === undefined ? {} : { interval }),
    ...(database === undefined || database === '' ? {} : { database }),
    inLambda: isInLambda(variables),
    variables,
  };
}

/** Converts seconds, written as text, to milliseconds; NaN if the text is empty or no number. */
function seconds(written: string): number {
  return written.trim() === '' ? Number.NaN : Number(written) * SECOND;
}
