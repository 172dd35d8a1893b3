import type { RunContext } from '../service/index.ts';
import type { Remembered } from './memory.ts';
import { type Notice, noticesOf } from './notice.ts';
import type { OwedChange } from './owed-changes.ts';
import type { CheckContext, Sender } from './ports.ts';

export interface Sent {
  /** The names of the services whose changes were sent, by name of the sender. */
  readonly sent: ReadonlyMap<string, ReadonlySet<string>>;
  readonly failed: readonly string[];
}

/**
 * The time after which a sender begins no further notice in a check, in milliseconds. The rest of the check's time is
 * for the last notice, and for storing what was sent.
 */
const SENDING_TIME = 10_000;

type Context = CheckContext & Pick<RunContext, 'service' | 'log'>;

/**
 * Lets all senders send their changes at the same time. One sender stops after a failure, or when `SENDING_TIME` has
 * passed.
 */
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
      // After a failure the sender stops, since its next notice would most likely fail too.
      const message = `${context.service}: the sender ${sender.name} failed; the next check sends again what it owes`;
      context.log.error(message, { error, notice: notice.id });
      return { taken, failed: true };
    }
  }
  return { taken, failed: false };
}

/**
 * Returns what the watchdog remembers after sending. Each change keeps the names of the senders that still have to send
 * it; a change without such senders is removed.
 */
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
