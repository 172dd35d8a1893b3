/** The texts of the modules that are bundled as a function's handler. */
import { basename, dirname, join } from 'node:path';
import { ownFile, type Service } from '../service/index.ts';
import { ALL_PARTS, type OptionalPart } from './optional-parts.ts';

/** Where the handler of a service comes from. Both are absolute paths. */
export type HandlerSource =
  /** The file that exports the `handler`, which its user has written. */
  | { readonly entry: string }
  /** The file that exports the service as its default; its handler is generated. */
  | { readonly file: string };

/** The facts about a service on which the parts of its generated handler depend. */
export interface DefinitionFacts {
  readonly service: Pick<Service, 'schedule' | 'secrets'>;
  /** Whether the function sends the detailed metrics. */
  readonly sendsMetrics: boolean;
}

const LAMBDA = ownFile(import.meta.url, '../lambda/index');
const SECRETS = ownFile(import.meta.url, '../secrets/index');
const EXPORTED = ownFile(import.meta.url, './exported-service');

/** Returns the text of a module that exports the handler of a service as `handler`. */
export function entryFor(source: HandlerSource): string {
  if ('entry' in source) return `import { handler } from ${quoted(source.entry)};\nexport { handler };\n`;
  return [
    `import * as exported from ${quoted(source.file)};`,
    `import { scheduledHandler } from ${quoted(LAMBDA)};`,
    `import { awsSecrets } from ${quoted(SECRETS)};`,
    `import { exportedService } from ${quoted(EXPORTED)};`,
    `export const handler = ${handlerExpression('exported', source.file)};`,
    '',
  ].join('\n');
}

/** The parts of Tickover that a handler needs. A handler that its user has written may need any. */
export function partsOf(source: HandlerSource, { service, sendsMetrics }: DefinitionFacts): readonly OptionalPart[] {
  if ('entry' in source) return ALL_PARTS;
  const needs: Readonly<Record<OptionalPart, boolean>> = {
    cron: service.schedule.cron !== undefined,
    metrics: sendsMetrics,
    secrets: service.secrets.length > 0,
  };
  return ALL_PARTS.filter((part) => needs[part]);
}

/** The file from which a handler comes. */
export function fileOf(source: HandlerSource): string {
  return 'entry' in source ? source.entry : source.file;
}

/**
 * Returns an expression that imports the module with the handler when the function needs it, for a function of several
 * services. The text around it imports `scheduledHandler`, `awsSecrets` and `exportedService`.
 * @param specifier returns how a file is imported
 */
export function loadExpression(source: HandlerSource, specifier: (file: string) => string): string {
  if ('entry' in source) return `() => import(${specifier(source.entry)})`;
  const handler = handlerExpression('exported', source.file);
  return `() => import(${specifier(source.file)}).then((exported) => ({ handler: ${handler} }))`;
}

function handlerExpression(exported: string, file: string): string {
  const service = `exportedService(${exported}, ${quoted(shownFile(file))})`;
  const reader = 'globalThis.TICKOVER_WITHOUT_SECRETS === true ? {} : { secrets: awsSecrets() }';
  return `scheduledHandler(${service}, ${reader})`;
}

/** Returns the name by which messages refer to a file: it is the same wherever the project lies. */
export function shownFile(file: string): string {
  return join(basename(dirname(file)), basename(file)).replaceAll('\\', '/');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
