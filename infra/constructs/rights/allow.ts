/** Adds one statement to a grantee's policy, and finds the role to which a stack can add statements. */
import { Stack } from 'aws-cdk-lib';
import { type IGrantable, type IRole, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Allows the grantee to call the actions on the resources. Resources are ARNs. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/**
 * Returns the role as a role of the stack of `scope`. CDK adds rights in the stack that contains the role's construct.
 * If these rights named resources of another stack, each stack would have to be deployed before the other. So a role of
 * another stack is imported.
 */
export function roleHere(scope: Construct, id: string, role: IRole): IRole {
  const isHere = Stack.of(role) === Stack.of(scope);
  return isHere || isImmutable(role) ? role : Role.fromRoleArn(scope, id, role.roleArn);
}

/**
 * Whether the role was imported as one whose rights don't change. CDK doesn't export the class of such a role, but
 * gives it an id.
 */
export function isImmutable(role: IRole): boolean {
  const { PROPERTY_INJECTION_ID: id } = role.constructor as { readonly PROPERTY_INJECTION_ID?: string };
  return id === 'aws-cdk-lib.aws-iam.ImmutableRole';
}
