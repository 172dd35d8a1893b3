/**
 * Sends the changes that senders still have to send. Every sender gets notices of its own, and a sender that fails
 * doesn't keep the others from sending.
 */
import type { RunContext } from '../service/index.ts';
import type { Remembered } from './memory.ts';
import { type Notice, noticesOf } from './notice.ts';
import type { OwedChange } from './owed-changes.ts';
import type { CheckContext, Sender } from './ports.ts';

/** The result of sending the notices of one check. */
export interface Sent {
  /** By name of the sender, the services whose changes this sender has sent. */
  readonly sent: ReadonlyMap<string, ReadonlySet<string>>;
  /** The names of the senders that failed. */
  readonly failed: readonly string[];
}

/**
 * The time after which a sender begins no further notice in this check, in milliseconds. A notice that the sender has
 * begun to send may take as long as the sender's own limit. After that the check still has time to store what was sent.
 */
const SENDING_TIME = 10_000;

type Context = CheckContext & Pick<RunContext, 'service' | 'log'>;

/**
 * Lets each sender send the changes that it still has to send. The senders work at the same time. The notices of one
 * sender go out one after the other, until one of them fails or `SENDING_TIME` has passed.
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
      // After a failure the sender stops: its next notice would most likely fail too, and use up the time of the check.
      const message = `${context.service}: the sender ${sender.name} failed; the next check sends again what it owes`;
      context.log.error(message, { error, notice: notice.id });
      return { taken, failed: true };
    }
  }
  return { taken, failed: false };
}

/**
 * Returns what the watchdog remembers after the notices have gone out. Each change keeps only the names of those
 * senders that still have to send it and still exist. A change that no sender has to send any more is removed.
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
