/** A warning before a stack reaches the limit of CloudFormation. */
import { Annotations, AspectPriority, Aspects, CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The largest number of resources that CloudFormation allows in one stack. */
const MOST_RESOURCES = 500;
/** The number of resources from which synth warns. */
const WARN_FROM = 450;

/** Warns at synth if the stack is near the limit, and explains how to split its services. */
export function warnNearResourceLimit(stack: Stack): void {
  Aspects.of(stack).add(new ResourceLimit(), { priority: AspectPriority.READONLY });
}

class ResourceLimit implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof Stack)) return;
    const count = node.node
      .findAll()
      .filter((child) => CfnResource.isCfnResource(child) && child.stack === node).length;
    if (count < WARN_FROM) return;
    Annotations.of(node).addWarningV2(
      'tickover:resource-limit',
      `${node.stackName}: expected fewer than ${WARN_FROM} resources, got ${count}; CloudFormation refuses more than ${MOST_RESOURCES}. ` +
        'Split the services: in infra/app.ts make a second TickoverStack with a part of the catalog and `table: first.table`; ' +
        'it has its own schedule group, role and queues, and shares the state.',
    );
  }
}
