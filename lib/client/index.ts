export type {
  Client,
  ClientOptions,
  Credentials,
  FunctionInvoker,
  PauseOptions,
  RunOptions,
  ServiceList,
  StackOptions,
  TableOptions,
} from './client.ts';
export { createClient } from './create-client.ts';
export { ClientError, type ClientErrorCode } from './errors.ts';
export { functionNameOf, watchdogFunctionName } from './function-name.ts';
export type { InputOf, ResultOf, RunAnswer, ServiceOrName } from './service-types.ts';
