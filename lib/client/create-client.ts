/** Makes a client. The parts that need the AWS SDK are loaded with the first request. */
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { type Shape, shapeFaults } from '../service/index.ts';
import { isRecord, showValue } from '../text/index.ts';
import type { Client, ClientOptions, StackOptions, TableOptions } from './client.ts';

const SHARED: Readonly<Record<string, Shape>> = { endpoint: 'text', region: 'text' };
const STACK: Readonly<Record<string, Shape>> = {
  ...SHARED,
  ...{ stack: 'text', credentials: 'any', lambda: 'object', watchdog: 'text', functions: 'object' },
};
const TABLE: Readonly<Record<string, Shape>> = {
  ...SHARED,
  ...{ table: 'text', credentials: 'any', services: 'list' },
};

/**
 * Makes a client of the services of a stack, or of those of a state table.
 * @throws InvalidOptionsError which names every faulty option
 */
export function createClient(options: ClientOptions): Client {
  refuseFaults(options);
  let made: Promise<Client> | undefined;
  const client = () => {
    made ??= 'stack' in options ? ofStack(options) : ofTable(options);
    return made;
  };
  return {
    list: async () => (await client()).list(),
    status: async (service) => (await client()).status(service),
    history: async (service, how) => (await client()).history(service, how),
    runOnce: async (service, how) => (await client()).runOnce(service, how),
    pause: async (service, how) => (await client()).pause(service, how),
    resume: async (service) => (await client()).resume(service),
    forget: async (service, how) => (await client()).forget(service, how),
  };
}

async function ofStack(options: StackOptions): Promise<Client> {
  const { stackClient } = await import('./stack-client.ts');
  return stackClient(options);
}

async function ofTable(options: TableOptions): Promise<Client> {
  const { tableClient } = await import('./table-client.ts');
  return tableClient(options);
}

function refuseFaults(options: unknown): void {
  const { stack, table } = isRecord(options) ? options : {};
  const isOne = (typeof stack === 'string' && stack !== '') !== (typeof table === 'string' && table !== '');
  const faults = [
    ...optionFault(isOne, 'options', 'either the name of a stack, or the name of a table', namesIn(options)),
    ...(isOne ? shapeFaults(options, typeof stack === 'string' ? STACK : TABLE) : []),
  ];
  if (faults.length > 0) throw new InvalidOptionsError('createClient', faults);
}

/** The names of the options without their values, which may be credentials. */
function namesIn(options: unknown): string {
  return isRecord(options) ? Object.keys(options).map(showValue).join(', ') || 'none' : showValue(options);
}
