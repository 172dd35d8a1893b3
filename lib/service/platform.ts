import type { Surroundings } from './service.ts';

/** Whether this process runs in AWS Lambda. */
export function isInLambda({ AWS_LAMBDA_FUNCTION_NAME }: Surroundings['env']): boolean {
  return AWS_LAMBDA_FUNCTION_NAME !== undefined && AWS_LAMBDA_FUNCTION_NAME !== '';
}
