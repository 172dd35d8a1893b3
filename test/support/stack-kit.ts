/** Stacks for tests: the app is built with the context of cdk.json, as `cdk` builds it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { readSettings, type Settings } from '../../infra/settings.ts';
import { TickoverStack, type TickoverStackProps } from '../../infra/tickover-stack.ts';
import { defineService, type Service } from '../../lib/service/index.ts';
import { type CatalogEntry, loadCatalog } from '../../lib/services/catalog.ts';
import { ROOT } from './process.ts';

const { context: CONTEXT } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};
/** Context that leaves functions unbundled, for tests of anything else. */
export const UNBUNDLED = { 'aws:cdk:bundling-stacks': [] };
/** The project's own catalog. */
export const CATALOG: readonly CatalogEntry[] = await loadCatalog();
/** A function file that exists, for services of tests. */
export const ENTRY = join(ROOT, 'functions', 'check-endpoints.ts');

const directories: string[] = [];

/**
 * An app that writes to a directory of its own; {@link removeOutputs} takes it away. CDK's rules for finished templates
 * take seconds and change nothing: they are left to the test of the whole app.
 */
export function newApp(context: Record<string, unknown> = UNBUNDLED): App {
  const outdir = mkdtempSync(join(tmpdir(), 'tickover-cdk-'));
  directories.push(outdir);
  return new App({ outdir, context: { ...CONTEXT, ...context }, builtinCloudFormationValidation: false });
}

/** Takes away what the apps of this file wrote. */
export function removeOutputs(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The settings that a context gives. */
export function settingsOf(context: Readonly<Record<string, unknown>> = {}): Settings {
  return readSettings((name) => context[name]);
}

/** The project's stack; every prop may be another. */
export function newStack(scope: Construct = newApp(), props: Partial<TickoverStackProps> = {}): TickoverStack {
  const settings = props.settings ?? settingsOf();
  return new TickoverStack(scope, `Tickover-${settings.stage}`, { catalog: CATALOG, ...props, settings });
}

/** Somebody else's stack. */
export function emptyStack(scope: Construct = newApp()): Stack {
  return new Stack(scope, 'Theirs');
}

/** A service that does nothing. */
export function idle(options: Partial<Parameters<typeof defineService>[0]> = {}): Service {
  return defineService({ name: 'idle', interval: '5m', workload: async () => {}, ...options });
}

/** The service as an entry of a catalog. */
export function entryOf(service: Service, functionFile = ENTRY): CatalogEntry {
  return { service, functionFile };
}

/** A resource of a template. */
export interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

/** The resources of a type, in the order of their logical ids. */
export function resourcesOf(template: Template, type: string): Resource[] {
  const found = Object.entries(template.findResources(type));
  return found
    .map(([id, resource]) => ({ ...resource, id }) as unknown as Resource)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** What a stack synthesises to. */
export function templateOf(stack: Stack): Template {
  return Template.fromStack(stack);
}

/** The project's stack, and what it synthesises to. */
export interface Synthesised {
  readonly stack: TickoverStack;
  readonly template: Template;
}

/** Stacks by their context. */
const known = new Map<string, Synthesised>();

/**
 * The project's stack under these settings, made once for all tests of a worker: they look at it and change nothing.
 * A test that adds to a stack takes a {@link newStack}.
 */
export function synthesised(settings: Readonly<Record<string, unknown>> = {}): Synthesised {
  const key = JSON.stringify(settings);
  const found = known.get(key) ?? synthesisedAnew(settings);
  known.set(key, found);
  return found;
}

function synthesisedAnew(settings: Readonly<Record<string, unknown>>): Synthesised {
  const app = newApp();
  const stack = newStack(app, { settings: settingsOf(settings) });
  const template = templateOf(stack);
  rmSync(app.outdir, { recursive: true, force: true });
  return { stack, template };
}

/** The one resource of a type that has the part in its logical id. */
export function resourceLike(template: Template, type: string, part = ''): Resource {
  const found = resourcesOf(template, type).filter(({ id }) => id.includes(part));
  const [resource] = found;
  if (resource === undefined || found.length > 1)
    throw new Error(`expected one ${type} with ${part} in its id, got ${found.length}`);
  return resource;
}

/** How a template refers to a resource's ARN. */
export function arnOf({ id }: Pick<Resource, 'id'>): Record<string, unknown> {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

/** The statements of the one policy that has the part in its logical id. */
export function statementsOf(template: Template, part: string): readonly Record<string, unknown>[] {
  const { PolicyDocument } = resourceLike(template, 'AWS::IAM::Policy', part).Properties;
  return (PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;
}

/** The statements that the one role with the part in its logical id has in itself. */
export function rightsOf(template: Template, part: string): readonly Record<string, unknown>[] {
  const { Policies } = resourceLike(template, 'AWS::IAM::Role', part).Properties;
  return (Policies as { PolicyDocument: { Statement: Record<string, unknown>[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
}
