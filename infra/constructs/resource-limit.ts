/**
 * A warning when the number of resources of a stack comes near CloudFormation's limit, and a refusal beyond the limit.
 */
import { Annotations, AspectPriority, Aspects, CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The largest number of resources that CloudFormation allows in one stack. */
const MOST_RESOURCES = 500;
/** The number of resources in a stack from which synth warns. */
const WARN_FROM = 450;

/**
 * Makes synth warn from 450 resources on and refuse a stack with more than 500. Both messages say how to split the
 * services over two stacks.
 */
export function guardResourceLimit(stack: Stack): void {
  Aspects.of(stack).add(new ResourceLimit(), { priority: AspectPriority.READONLY });
  // CDK refuses such a stack by itself, but with a list of its resources instead of a remedy.
  stack.node.addValidation({ validate: () => (countOf(stack) > MOST_RESOURCES ? [adviceOn(stack)] : []) });
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
    'Split the services: in infra/app.ts make a second TickoverStack with a part of the catalog and `table: first.table`; ' +
    'it has its own schedule group, role and queue, and shares the state.'
  );
}
