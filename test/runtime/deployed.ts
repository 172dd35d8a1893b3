/** Functions as a deploy would hand them to Lambda: the stack's own assets, and what its template says of each. */
import { join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { CatalogEntry } from '../../lib/services/catalog.ts';
import { newApp, newStack } from '../support/stack-kit.ts';

/** A function as Lambda would have it. */
export interface DeployedFunction {
  readonly service: string;
  /** What Lambda unpacks: the bundle and its source map. */
  readonly directory: string;
  readonly handler: string;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** `JSON` or `Text`. */
  readonly logFormat: string;
  /** As the template has them; a table is named by its logical id. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A stack, synthesised. */
export interface Deployed {
  readonly functions: readonly DeployedFunction[];
  /** What makes its tables, each named by its logical id. */
  readonly tables: readonly CreateTableCommandInput[];
}

type Properties = Readonly<Record<string, unknown>>;

/** Synthesises the project's stack with a catalog. The caller takes away what is written: `removeOutputs`. */
export function deployed(catalog: readonly CatalogEntry[]): Deployed {
  const app = newApp({});
  const stack = newStack(app, { catalog });
  const assembly = app.synth();
  const { Resources } = assembly.getStackByName(stack.stackName).template as {
    Resources: Record<string, { Type: string; Properties: Properties }>;
  };
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  return {
    functions: ofType('AWS::Lambda::Function').map(([, { Properties }]) =>
      deployedFunction(Properties, assembly.directory),
    ),
    tables: ofType('AWS::DynamoDB::Table').map(([id, { Properties }]) => tableOf(id, Properties)),
  };
}

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Description: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly LoggingConfig: { readonly LogFormat: string };
  readonly Environment: { readonly Variables: Readonly<Record<string, string | { readonly Ref: string }>> };
}

function deployedFunction(properties: Properties, assembly: string): DeployedFunction {
  const configuration = properties as unknown as FunctionProperties;
  const variables = Object.entries(configuration.Environment.Variables);
  return {
    service: /runs the service (.+)\.$/.exec(configuration.Description)?.[1] ?? '',
    directory: join(assembly, `asset.${configuration.Code.S3Key.replace(/\.zip$/, '')}`),
    handler: configuration.Handler,
    runtime: configuration.Runtime,
    memorySize: configuration.MemorySize,
    timeout: configuration.Timeout * 1_000,
    logFormat: configuration.LoggingConfig.LogFormat,
    variables: Object.fromEntries(
      variables.map(([name, value]) => [name, typeof value === 'string' ? value : referred(name, value.Ref)]),
    ),
  };
}

/** What CloudFormation puts for a reference: the ARN of a topic, the name of anything else. */
function referred(name: string, id: string): string {
  return name === 'TICKOVER_TOPIC_ARN' ? `arn:aws:sns:us-east-1:111122223333:${id}` : id;
}

function tableOf(id: string, properties: Properties): CreateTableCommandInput {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties;
  return {
    TableName: id,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
    BillingMode,
  } as CreateTableCommandInput;
}
