/** One statement of a grantee's policy, and the role that can be given it. */
import { Stack } from 'aws-cdk-lib';
import { type IGrantable, type IRole, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Allows the grantee to call the actions on the resources, which are given by ARN. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/**
 * The role as one of the scope's own stack. The rights of a role stand in the stack that knows it: those that name
 * resources of another stack would make each of the two wait for the other.
 */
export function roleHere(scope: Construct, id: string, role: IRole): IRole {
  const isHere = Stack.of(role) === Stack.of(scope);
  return isHere || isImmutable(role) ? role : Role.fromRoleArn(scope, id, role.roleArn);
}

/** Whether the role was imported as one that keeps its rights: CDK doesn't export that class, but gives it an id. */
export function isImmutable(role: IRole): boolean {
  const { PROPERTY_INJECTION_ID: id } = role.constructor as { readonly PROPERTY_INJECTION_ID?: string };
  return id === 'aws-cdk-lib.aws-iam.ImmutableRole';
}
