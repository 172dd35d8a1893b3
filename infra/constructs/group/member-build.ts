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

export interface MemberCode {
  readonly service: Service;
  readonly entry: string;
}

/**
 * Returns the build id of each service, made from a bundle that contains this service alone. So a service keeps its
 * build id, and a halt is not lifted, when the service moves into a group.
 */
export function memberBuilds(scope: Construct, members: readonly MemberCode[], props: NodejsFunctionProps): string[] {
  if (!Stack.of(scope).bundlingRequired) return members.map(({ service }) => buildId('', service));
  const outdir = mkdtempSync(join(tmpdir(), 'tickover-members-'));
  try {
    const context = { ...(scope.node.root.node.getAllContext() as object) };
    // `cdk --exclusively` bundles only the stacks in this list. `**` adds the temporary stack.
    const postCliContext = { 'aws:cdk:bundling-stacks': ['**'] };
    // Without `autoSynth: false`, `cdk` would also synthesise the temporary app at the end of the process.
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
  // A build id without the code would stay the same when the code is mended, and the service would stay halted.
  if (code === '') throw new Error(`${entry}: its bundle has no code; the build id can't be made`);
  return code;
}
