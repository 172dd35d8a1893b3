/** A service of one minute for tests of the harness. */
import { defineService, type RunContext, type Service, type ServiceOptions } from '../../lib/service/index.ts';

export function service(
  workload: (context: RunContext<undefined>) => Promise<unknown> = async () => {},
  options: Partial<ServiceOptions<undefined>> = {},
): Service {
  return defineService({ name: 'svc', interval: '1m', workload, ...options });
}

/** An error that a critical service tolerates. */
export function refused(message = 'connect ECONNREFUSED 127.0.0.1:9'): Error {
  return Object.assign(new Error(message), { code: 'ECONNREFUSED' });
}

/** A promise that the test resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
