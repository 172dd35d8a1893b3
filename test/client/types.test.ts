/** The types of a client: a definition says what a run takes and returns. */
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Client, InputOf, ResultOf, RunAnswer } from '../../lib/client/index.ts';
import { defineService, type Service } from '../../lib/service/index.ts';

const paging = defineService({
  name: 'paging',
  interval: '1h',
  input: z.object({ page: z.coerce.number<string>() }),
  workload: async ({ input }) => ({ rows: input?.page ?? 0 }),
});
type Typed = typeof paging;

test('the result of a run has the type that the workload returns', () => {
  expectTypeOf<ResultOf<Typed>>().toEqualTypeOf<{ rows: number }>();
  expectTypeOf<RunAnswer<{ rows: number }>['result']>().toEqualTypeOf<{ rows: number } | null>();
});

test('the input of a run has the type that the schema takes', () => {
  expectTypeOf<InputOf<Typed>>().toEqualTypeOf<{ page: string }>();
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
