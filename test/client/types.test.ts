/** The types of a client: a definition says what a run takes and returns. */
import { expectTypeOf, test } from 'vitest';
import type { Client, InputOf, ResultOf, RunAnswer } from '../../lib/client/index.ts';
import type { RunContext, Service } from '../../lib/service/index.ts';

type Typed = Omit<Service, 'workload'> & {
  readonly workload: (
    context: RunContext & { readonly input?: { readonly page: number } },
  ) => Promise<{ rows: number }>;
};

test('the result of a run has the type that the workload returns', () => {
  expectTypeOf<ResultOf<Typed>>().toEqualTypeOf<{ rows: number }>();
  expectTypeOf<RunAnswer<{ rows: number }>['result']>().toEqualTypeOf<{ rows: number } | null>();
});

test('the input of a run has the type that the workload takes', () => {
  expectTypeOf<InputOf<Typed>>().toEqualTypeOf<{ readonly page: number }>();
});

test('a name promises nothing', () => {
  expectTypeOf<InputOf<'sync'>>().toBeUnknown();
  expectTypeOf<ResultOf<string>>().toBeUnknown();
});

test('a service whose types are not known promises nothing', () => {
  expectTypeOf<ResultOf<Service>>().toBeUnknown();
  expectTypeOf<InputOf<Service>>().toBeUnknown();
});

test('runOnce takes a name or a definition, and returns the answer to it', () => {
  expectTypeOf<Client['runOnce']>().toBeCallableWith('sync', { force: true, input: 7 });
  expectTypeOf<ReturnType<Client['runOnce']>>().resolves.toHaveProperty('outcome');
});
