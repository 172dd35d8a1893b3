/** A service as props give it: by one file, or by its definition and the file of its handler. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { type HandlerSource, type ReadingOptions, readDefinition } from '../../../lib/bundling/index.ts';
import { InvalidOptionsError, optionFault } from '../../../lib/rules/index.ts';
import type { Service } from '../../../lib/service/index.ts';
import { showValue } from '../../../lib/text/index.ts';
import { ownValue } from '../../grouped-settings.ts';
import { choicesOf } from './function-props.ts';

/** The props that give a service. */
export interface GivenService {
  /** The result of `defineService`. @default read from `file`, in a process of its own */
  readonly service?: Service;
  /** The file that exports the handler of the service. Give either this with `service`, or `file`. */
  readonly entry?: string;
  /** The file that exports the service as its default. The handler is generated. */
  readonly file?: string;
}

/** A service, and where its handler comes from. */
export interface SourcedService {
  readonly service: Service;
  readonly source: HandlerSource;
}

type Environment = Readonly<Record<string, string>>;

/** The props on which the reading of a file depends. */
export interface ReadingProps {
  readonly environment?: Environment;
  readonly functionProps?: NodejsFunctionProps;
}

/**
 * Returns the service that props give. A service that only its file defines is read.
 * @throws InvalidOptionsError if both ways are taken or none is, or if the file can't be read
 */
export function sourcedService(given: GivenService, props: ReadingProps): SourcedService {
  const { service, entry, file } = given;
  if (file === undefined) return { service: service as Service, source: { entry: entry as string } };
  const faults = [
    ...optionFault(entry === undefined, 'entry', 'none beside `file`, whose handler is generated', showValue(entry)),
    ...optionFault(existsSync(file), 'file', 'a file that exports a service', showValue(file)),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(service?.name ?? nameOf(file))}`, faults);
  const path = resolve(file);
  const environment = { ...props.environment, ...props.functionProps?.environment };
  const options = readingOptions(props.functionProps, () => environment);
  if (service !== undefined) return { service, source: { file: path } };
  const { service: read, source } = readDefinition(path, options);
  return { service: read, source };
}

/**
 * Returns how files of services are read.
 * @param environmentOf returns the environment variables of the service in a file
 */
export function readingOptions(
  { bundling = {} }: NodejsFunctionProps = {},
  environmentOf: (file: string) => Environment,
): ReadingOptions {
  return { choices: choicesOf(bundling), environmentOf: (file) => knownValues(environmentOf(file)) };
}

/** Returns what `byName` has under the name of the file, which is that of its service as a rule. */
export function ofFile<Value>(byName: Readonly<Record<string, Value>> | undefined, file: string): Value | undefined {
  return ownValue(byName, nameOf(file));
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}

/** A value that only a deploy makes known, such as the name of a table; it can be read as an address too. */
const PLACEHOLDER = 'https://placeholder.invalid';

function knownValues(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, Token.isUnresolved(value) ? PLACEHOLDER : value]),
  );
}
