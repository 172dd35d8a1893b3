/** Sends what is owed: every sender gets its own notices, and one that fails keeps no other from sending. */
import type { RunContext } from '../service/index.ts';
import type { Remembered } from './memory.ts';
import { type Notice, noticesOf } from './notice.ts';
import type { OwedChange } from './owed-changes.ts';
import type { CheckContext, Sender } from './ports.ts';

/** What became of the notices of a check. */
export interface Sent {
  /** The services whose change each sender took, by name of the sender. */
  readonly sent: ReadonlyMap<string, ReadonlySet<string>>;
  /** The names of the senders that failed. */
  readonly failed: readonly string[];
}

/**
 * How long one check may send, in milliseconds. The send that is under way then may take its own limit, so that the
 * check can still remember what was sent.
 */
const SENDING_TIME = 10_000;

type Context = CheckContext & Pick<RunContext, 'service' | 'log'>;

/** Sends every change to the senders that owe it. The notices of one sender go out one after the other. */
export async function sendAll(
  owed: readonly OwedChange[],
  { senders, stack }: { readonly senders: readonly Sender[]; readonly stack: string },
  context: Context,
): Promise<Sent> {
  const results = await Promise.all(
    senders.map(async (sender) => {
      const changes = owed.filter((each) => each.senders.includes(sender.name)).map(({ change }) => change);
      return [sender.name, await sendBy(sender, noticesOf(changes, stack), context)] as const;
    }),
  );
  return {
    sent: new Map(results.map(([name, { taken }]) => [name, taken])),
    failed: results.filter(([, { failed }]) => failed).map(([name]) => name),
  };
}

async function sendBy(sender: Sender, notices: readonly Notice[], context: Context) {
  const taken = new Set<string>();
  const until = context.clock.now() + SENDING_TIME;
  for (const notice of notices) {
    if (context.clock.now() >= until) return { taken, failed: true };
    try {
      await sender.send(notice, context);
      for (const { service } of notice.changes) taken.add(service);
    } catch (error) {
      // Its next notice would most likely fail alike, and take the check's time.
      const message = `${context.service}: the sender ${sender.name} failed; the next check sends again what it owes`;
      context.log.error(message, { error, notice: notice.id });
      return { taken, failed: true };
    }
  }
  return { taken, failed: false };
}

/** What to remember once the notices have gone out. A sender that doesn't exist any more owes nothing. */
export function withoutSent(
  entries: ReadonlyMap<string, Remembered>,
  sent: Sent['sent'],
  senders: readonly Sender[],
): ReadonlyMap<string, Remembered> {
  const names = new Set(senders.map(({ name }) => name));
  return new Map(
    [...entries].map(([service, entry]) => {
      const { owed, ...rest } = entry;
      if (owed === undefined) return [service, entry];
      const left = owed.senders.filter((name) => names.has(name) && !sent.get(name)?.has(service));
      return [service, left.length === 0 ? rest : { ...rest, owed: { ...owed, senders: left } }];
    }),
  );
}
