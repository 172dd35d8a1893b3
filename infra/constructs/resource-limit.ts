import { Annotations, AspectPriority, Aspects, CfnOutput, CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const MOST_RESOURCES = 500;
const WARN_FROM = 450;

/** The largest number of outputs that CloudFormation allows in one stack; CDK doesn't count them. */
const MOST_OUTPUTS = 200;

/**
 * Makes synth warn if the stack has 450 resources or more, and fail if it has more resources or outputs than
 * CloudFormation allows. The messages say how to split the services.
 */
export function guardResourceLimit(stack: Stack): void {
  Aspects.of(stack).add(new ResourceLimit(), { priority: AspectPriority.READONLY });
  // CDK itself refuses too many resources, but its message lists the resources instead of a remedy.
  stack.node.addValidation({
    validate: () => [
      ...(countOf(stack) > MOST_RESOURCES ? [adviceOn(stack)] : []),
      ...(outputsOf(stack) > MOST_OUTPUTS ? [adviceOnOutputs(stack)] : []),
    ],
  });
}

class ResourceLimit implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof Stack) || countOf(node) < WARN_FROM) return;
    Annotations.of(node).addWarningV2('tickover:resource-limit', adviceOn(node));
  }
}

function countOf(stack: Stack): number {
  return stack.node.findAll().filter((child) => CfnResource.isCfnResource(child) && child.stack === stack).length;
}

function adviceOn(stack: Stack): string {
  return (
    `${stack.stackName}: expected fewer than ${WARN_FROM} resources, got ${countOf(stack)}; CloudFormation refuses more than ${MOST_RESOURCES}. ` +
    `${SPLIT}; or let small ones share a function by the setting \`group\`, which leaves two resources a service.`
  );
}

function outputsOf(stack: Stack): number {
  return stack.node.findAll().filter((child) => child instanceof CfnOutput && child.stack === stack).length;
}

function adviceOnOutputs(stack: Stack): string {
  return `${stack.stackName}: expected at most ${MOST_OUTPUTS} outputs, got ${outputsOf(stack)}; CloudFormation refuses more. ${SPLIT}.`;
}

const SPLIT =
  'Split the services: in infra/app.ts make a second TickoverStack with a part of the catalog and `table: first.table`; ' +
  'it has its own schedule group, role and queue, and shares the state';
