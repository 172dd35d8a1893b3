/** The build id of a service that shares its function: the id that it has in a function of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { buildId, type Service } from '../../../lib/service/index.ts';
import { withoutUndefined } from '../../../lib/text/index.ts';
import { overOurs } from '../function-props.ts';
import { bundledCode, bundleOf } from '../service-function.ts';

/** A service and the file that exports its handler. */
export interface MemberCode {
  readonly service: Service;
  readonly entry: string;
}

/**
 * The build ids of the services, each of a bundle that has this service alone. The bundles are CDK's own, made in an
 * app that is removed at once, with the same context and props as the function: a service that moves into a group keeps
 * its build id, and so a halt. The code of another service changes none; a file that both import changes both.
 */
export function memberBuilds(scope: Construct, members: readonly MemberCode[], props: NodejsFunctionProps): string[] {
  if (!Stack.of(scope).bundlingRequired) return members.map(({ service }) => buildId('', service));
  const outdir = mkdtempSync(join(tmpdir(), 'tickover-members-'));
  try {
    const context = { ...(scope.node.root.node.getAllContext() as object) };
    // `cdk --exclusively` gives every app a list of the stacks to bundle, which has no stack of this one.
    const postCliContext = { 'aws:cdk:bundling-stacks': ['**'] };
    // Under `cdk` every app would be synthesised at the end of the process.
    const stack = new Stack(new App({ outdir, context, postCliContext, autoSynth: false }), 'Members');
    const codes = new Map<string, string>();
    return members.map(({ service, entry }) => {
      const code = codes.get(entry) ?? codeOf(stack, `Member${codes.size}`, { entry, props });
      codes.set(entry, code);
      return buildId(code, service);
    });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function codeOf(
  stack: Stack,
  id: string,
  { entry, props }: { readonly entry: string; readonly props: NodejsFunctionProps },
): string {
  const { runtime, architecture, bundling, projectRoot, depsLockFilePath } = props;
  const theirs = withoutUndefined({ runtime, architecture, bundling, projectRoot, depsLockFilePath });
  const code = bundledCode(new NodejsFunction(stack, id, overOurs(bundleOf(entry), theirs)));
  // Without the code the build id would be that of the policy alone, and a mended service would stay halted.
  if (code === '') throw new Error(`${entry}: its bundle has no code; the build id can't be made`);
  return code;
}
