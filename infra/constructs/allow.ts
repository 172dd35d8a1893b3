/** One statement of a grantee's policy. */
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Lets the grantee call the actions on the resources, named by ARN. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}
