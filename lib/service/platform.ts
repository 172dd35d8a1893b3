import type { Surroundings } from './service.ts';

/** Whether the process runs in Lambda, which sets `AWS_LAMBDA_FUNCTION_NAME`. */
export function isInLambda({ AWS_LAMBDA_FUNCTION_NAME }: Surroundings['env']): boolean {
  return AWS_LAMBDA_FUNCTION_NAME !== undefined && AWS_LAMBDA_FUNCTION_NAME !== '';
}
