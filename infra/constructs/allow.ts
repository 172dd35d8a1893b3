/** One statement in the policy of a grantee. */
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Allows the grantee to call the actions on the resources, which are given by ARN. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}
