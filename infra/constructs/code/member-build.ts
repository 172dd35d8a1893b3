/** The build id of a service that shares its function: the id that it has in a function of its own. */
import { Stack } from 'aws-cdk-lib';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { entryFor, fileOf, type HandlerSource, partsOf } from '../../../lib/bundling/index.ts';
import { buildId, type Service } from '../../../lib/service/index.ts';
import { type CodeProps, executedOf } from './function-code.ts';
import { overOurs, RUNTIME } from './function-props.ts';

/** A service and where its handler comes from. */
export interface MemberCode {
  readonly service: Service;
  readonly source: HandlerSource;
}

/**
 * The build ids of the services, each of a bundle that has this service alone, made with the same props as the
 * function: a service that moves into a group keeps its build id, and so a halt. The code of another service changes
 * none; a file that both import changes both.
 */
export function memberBuilds(
  scope: Construct,
  members: readonly MemberCode[],
  { sendsMetrics, ...theirs }: CodeProps & Pick<NodejsFunctionProps, 'runtime'> & { readonly sendsMetrics: boolean },
): string[] {
  if (!Stack.of(scope).bundlingRequired) return members.map(({ service }) => buildId('', service));
  const props = overOurs(RUNTIME, theirs);
  const codes = new Map<string, string>();
  return members.map(({ service, source }) => {
    const parts = partsOf(source, { service, sendsMetrics });
    const contents = entryFor(source);
    const key = JSON.stringify([contents, parts]);
    const given = { subject: `service '${service.name}'`, contents, parts, file: fileOf(source) };
    const code = codes.get(key) ?? executedOf(given, props);
    codes.set(key, code);
    return buildId(code, service);
  });
}
