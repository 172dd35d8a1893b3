/** The names of functions, which a client knows without asking CloudFormation. */
import { Stack, Token } from 'aws-cdk-lib';
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { functionNameOf, watchdogFunctionName } from '../../../lib/client/index.ts';
import type { Service } from '../../../lib/service/index.ts';
import { WATCHDOG } from '../../alarms/index.ts';

/**
 * Names a function that the user has not named: by its stack and its place in it, so that the name is known before the
 * deploy. The watchdog's list contains these names, and a client finds the watchdog by the name of the stack alone.
 * A function that moves within the stack gets another name, so the deploy can make it before it deletes the old one. In
 * a nested stack, whose name is known only after the deploy, CloudFormation names the function.
 */
export function nameFunction(made: IFunction, services: readonly Pick<Service, 'name'>[]): void {
  const { stackName } = Stack.of(made);
  const resource = made.node.defaultChild as CfnFunction;
  if (Token.isUnresolved(stackName)) return;
  const isWatchdog = services.some(({ name }) => name === WATCHDOG);
  resource.functionName = isWatchdog
    ? watchdogFunctionName(stackName)
    : functionNameOf(stackName, Stack.of(made).getLogicalId(resource));
}

/** Returns the name of the function if it is known before the deploy. */
export function knownName(made: IFunction): string | undefined {
  const { functionName } = made.node.defaultChild as CfnFunction;
  return Token.isUnresolved(functionName) ? undefined : functionName;
}
