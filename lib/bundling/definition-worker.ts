/** The worker thread that imports the files of services, and posts to its process what they define. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { defineService, isService, type Service, serviceOfHandler } from '../service/index.ts';
import { isRecord, readProperty } from '../text/index.ts';
import type { DefinitionData, FromReader, Read, Task, Tasks } from './definition-data.ts';
import { shownFile } from './entry.ts';
import { exportedService } from './exported-service.ts';

const { tasks, mark, first, notTheirs } = workerData as Tasks & { readonly first: number };
const environment = { ...process.env };
/** The variables without which no handler can be made. */
const FOR_HANDLERS = { TICKOVER_TABLE: 'tickover' };

for (const task of tasks.slice(first)) {
  parentPort?.postMessage({ mark, begun: true } satisfies FromReader);
  parentPort?.postMessage({ mark, read: await read(task) } satisfies FromReader);
}

async function read({ file, module, environment: own }: Task): Promise<Read> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, FOR_HANDLERS, environment, own);
  try {
    const exported: unknown = await import(pathToFileURL(module).href);
    const handled = serviceOfHandler(readProperty(exported, 'handler'));
    const service = isService(readProperty(exported, 'default')) ? undefined : handled;
    const found = service ?? exportedService(exported, shownFile(file));
    refuseChanged(found, shownFile(file));
    return { data: { ...dataOf(found), hasHandler: service !== undefined } };
  } catch (error) {
    return { fault: faultOf(error, shownFile(file)) };
  }
}

/**
 * Refuses a copy of a service with other values, since schedule, rights and alarms follow from the options of
 * `defineService` alone.
 */
function refuseChanged(service: Service, file: string): void {
  const defined = defineService(service.written);
  const changed = (['name', 'schedule', 'policy', 'secrets', 'timeout'] as const).filter(
    (part) => JSON.stringify(service[part]) !== JSON.stringify(defined[part]),
  );
  if (changed.length > 0)
    throw new Error(
      `${file}: expected a service as defineService made it, got a copy with another ${changed.join(', ')}`,
    );
}

/** An option that isn't data is a function, or is reduced to a fact. */
function dataOf({ written }: Service): Omit<DefinitionData, 'hasHandler'> {
  const { input, secrets, ...others } = written as unknown as Record<string, unknown>;
  return {
    written: JSON.parse(JSON.stringify(others)),
    takesInput: input !== undefined,
    secrets: isRecord(secrets) ? { ...secrets } : {},
  };
}

function faultOf(error: unknown, file: string): string {
  const message = String(readProperty(error, 'message') ?? error);
  if (message.startsWith(`${file}: `)) return message.slice(file.length + 2);
  const name = readProperty(error, 'name');
  const text = typeof name === 'string' ? `${name}: ${message}` : message;
  const place = placeOf(String(readProperty(error, 'stack') ?? ''));
  return place === undefined ? `${text} (thrown while it was imported)` : `${text} (thrown at ${place})`;
}

/** The innermost place in the user's own code, as `file:line:column`. */
function placeOf(stack: string): string | undefined {
  const places = [...stack.matchAll(/^\s+at .*?\(?((?:file:\/\/)?\/[^()\n]+?):(\d+):(\d+)\)?$/gm)];
  const theirs = places.find(
    ([, path = '']) => !path.includes('/node_modules/') && !notTheirs.some((other) => path.includes(`${other}/`)),
  );
  return theirs === undefined ? undefined : `${shownFile(theirs[1] ?? '')}:${theirs[2]}:${theirs[3]}`;
}
