import { Stack } from 'aws-cdk-lib';
import { type IGrantable, type IRole, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Allows the grantee the actions on the resources, which are ARNs. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/**
 * Returns the role, imported into the stack of `scope` if it belongs to another stack. Otherwise CDK would add the
 * rights to that other stack, and each of the two stacks would need the other to be deployed first.
 */
export function roleHere(scope: Construct, id: string, role: IRole): IRole {
  const isHere = Stack.of(role) === Stack.of(scope);
  return isHere || isImmutable(role) ? role : Role.fromRoleArn(scope, id, role.roleArn);
}

/**
 * Whether the role was imported as immutable, so that CDK adds no rights to the role. CDK doesn't export the class of
 * such a role, so the id of the class is compared.
 */
export function isImmutable(role: IRole): boolean {
  const { PROPERTY_INJECTION_ID: id } = role.constructor as { readonly PROPERTY_INJECTION_ID?: string };
  return id === 'aws-cdk-lib.aws-iam.ImmutableRole';
}
