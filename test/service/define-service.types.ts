/**
 * The types that `defineService` infers. `npm run typecheck` checks this file; it never runs. The order of the options
 * is the subject of the tests, so don't sort them.
 */
import * as z from 'zod';
import { defineService, type RunContext, type Service, type Surroundings } from '../../lib/service/index.ts';

type Same<One, Other> =
  (<Any>() => Any extends One ? 1 : 2) extends <Any>() => Any extends Other ? 1 : 2 ? true : false;

/** Compiles only if the service has exactly the wanted types. */
function isOf<Wanted>() {
  return <Got>(_service: Got, ..._differs: Same<Wanted, Got> extends true ? [] : [{ wanted: Wanted; got: Got }]) => {};
}

interface Client {
  readonly url: string;
  count(): Promise<number>;
}
declare function clientOf(env: Surroundings['env']): Client;
declare function connect(env: Surroundings['env']): Promise<Client>;

/** Its input differs from its output. */
const since = z.object({ since: z.string().transform((written) => new Date(written)) });
interface Given {
  since: string;
}
interface Checked {
  since: Date;
}

const base = { name: 'sweeper', interval: '5m' } as const;

// prepare before workload
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, prepare: ({ env }) => clientOf(env), workload: ({ prepared }) => prepared.count() }),
);
isOf<Service<string, Client, undefined, undefined>>()(
  defineService({
    ...base,
    prepare: async ({ env }) => connect(env),
    workload: async (context) => `${context.prepared.url} ${await context.prepared.count()}`,
  }),
);
isOf<Service<string, Client, undefined, undefined>>()(
  defineService({
    ...base,
    prepare({ env }) {
      return connect(env);
    },
    async workload({ prepared: { url } }) {
      return url;
    },
  }),
);

// prepare after workload: without a parameter, with a typed one, written elsewhere
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, workload: ({ prepared }) => prepared.count(), prepare: () => clientOf({}) }),
);
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, workload: async ({ prepared }) => prepared.count(), prepare: async () => connect({}) }),
);
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({
    ...base,
    workload: async ({ prepared }) => prepared.count(),
    classify: () => ({ kind: 'failed' }),
    prepare: ({ env }: Surroundings) => clientOf(env),
    printer: (line) => void line.length,
  }),
);
const prepare = async ({ env }: Surroundings) => connect(env);
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, workload: (context) => context.prepared.count(), prepare }),
);

// prepare with an untyped parameter, after a workload without one, or with a typed one
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, workload: async () => 7, prepare: ({ env }) => clientOf(env) }),
);
async function count({ prepared }: RunContext<Client>): Promise<number> {
  return prepared.count();
}
isOf<Service<number, Client, undefined, undefined>>()(
  defineService({ ...base, workload: count, prepare: ({ env }) => clientOf(env) }),
);

// The one order that TypeScript can't follow is an error, whose message says what to do.
defineService({
  ...base,
  // @ts-expect-error -- not known yet
  workload: async ({ prepared }) => prepared.count(),
  // @ts-expect-error -- expected `prepare` and `input` before `workload`, or the type of their parameter
  prepare: ({ env }) => clientOf(env),
});
defineService({
  ...base,
  workload: async ({ prepared }) => void prepared,
  // @ts-expect-error -- the same, although the workload would compile
  prepare: ({ env }) => clientOf(env),
});

// input, in any order
isOf<Service<Date | undefined, undefined, Checked, Given>>()(
  defineService({ ...base, input: since, workload: async ({ input }) => input?.since }),
);
isOf<Service<Date | undefined, undefined, Checked, Given>>()(
  defineService({ ...base, workload: async ({ input }) => input?.since, input: since }),
);
isOf<Service<readonly [string, Date | undefined], Client, Checked, Given>>()(
  defineService({
    ...base,
    workload: async ({ prepared, input }) => [prepared.url, input?.since] as const,
    input: since,
    prepare: () => clientOf({}),
  }),
);
isOf<Service<readonly [string, Date | undefined], Client, Checked, Given>>()(
  defineService({
    prepare: async ({ env }) => connect(env),
    workload: async ({ prepared, input }) => [prepared.url, input?.since] as const,
    input: since,
    ...base,
  }),
);
isOf<Service<void, undefined, Checked, Given>>()(defineService({ ...base, input: since, workload: async () => {} }));
// On a tick there is none.
// @ts-expect-error -- possibly undefined
defineService({ ...base, input: since, workload: async ({ input }) => input.since });

// neither
isOf<Service<readonly [undefined, undefined], undefined, undefined, undefined>>()(
  defineService({ ...base, workload: async ({ prepared, input }) => [prepared, input] as const }),
);
isOf<Service<unknown, undefined, undefined, undefined>>()(defineService(base));

// `undefined` counts as absent
isOf<Service<unknown, undefined, undefined, undefined>>()(
  defineService({
    ...{ name: 'sweeper', kind: undefined, interval: '5m', memory: undefined, consecutive: undefined },
    ...{ backoff: undefined, jitterRange: undefined, maxInterval: undefined, trips: undefined, onFatal: undefined },
    ...{ restartAfter: undefined, cron: undefined, timezone: undefined, timeout: undefined, reserve: undefined },
    ...{ maxDuration: undefined, leaseMargin: undefined, local: undefined, classify: undefined, printer: undefined },
    ...{ input: undefined, prepare: undefined, workload: undefined },
  }),
);
defineService({ ...base, local: { interval: undefined } });

// values of a type that is nothing special, or too special
isOf<Service<string, string, undefined, undefined>>()(
  defineService({ ...base, prepare: ({ env }) => env['URL'] ?? '', workload: async ({ prepared }) => prepared }),
);
// biome-ignore lint/suspicious/noExplicitAny: a user's own
declare const anything: any;
defineService({ ...base, prepare: () => anything, workload: async ({ prepared }) => prepared.any.thing });

// A service of any types is a Service; its own types stay.
const one = defineService({ ...base, input: since, prepare: ({ env }) => clientOf(env), workload: count });
const services: readonly Service[] = [one, defineService(base), defineService({ ...base, prepare: () => 1 })];
void services;
type GivenTo<Some> = Some extends Service<unknown, unknown, unknown, infer Its> ? Its : never;
isOf<Given>()({} as GivenTo<typeof one>);

// Typing errors are errors at their name.
// @ts-expect-error -- unknown name
defineService({ ...base, wrkload: async () => {} });
// @ts-expect-error -- not a schema
defineService({ ...base, input: { parse: () => {} } });
// @ts-expect-error -- the workload is not asynchronous
defineService({ ...base, workload: () => 5 });

/** A definition with the types written out. */
export const written = defineService<Client>({
  ...base,
  workload: async ({ prepared }) => prepared.url,
  prepare: ({ env }) => clientOf(env),
});

// The workload's own view.
defineService({
  ...base,
  input: since,
  prepare: ({ env }) => connect(env),
  workload: async (context) => {
    isOf<RunContext<Client, Checked>>()(context);
    isOf<Checked | undefined>()(context.input);
    isOf<Client>()(context.prepared);
    const { input } = context;
    if (input !== undefined) isOf<Checked>()(input);
    return input;
  },
});
isOf<Service<Checked | undefined, undefined, Checked, Given>>()(
  defineService({ ...base, input: since, workload: async ({ input }) => input }),
);
