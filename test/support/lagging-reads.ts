/**
 * A DynamoDB whose reads lag: one that doesn't ask for `ConsistentRead` sees everything but the last write. DynamoDB
 * may answer so, and most of the time doesn't, and dynalite never does: who forgets the flag notices nothing there.
 */
import { type Asked, interceptingProxy, type WireProxy } from './wire-proxy.ts';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
const READS = new Set(['GetItem', 'Query', 'Scan']);

/** Starts a proxy before the database at `target`. The other database, at `replica`, is one write behind it. */
export function laggingReads(target: string, replica: string): Promise<WireProxy> {
  /** The last write; it gets to the replica with the next. */
  let last: Asked | undefined;
  let caughtUp: Promise<unknown> = Promise.resolve();

  function wrote(asked: Asked): Promise<unknown> {
    const before = last;
    last = asked;
    caughtUp = caughtUp.then(() => before?.pass(replica));
    return caughtUp;
  }

  return interceptingProxy(target, async (asked) => {
    if (isLagging(asked)) {
      await caughtUp;
      return asked.pass(replica);
    }
    const exchange = await asked.pass();
    if (asked.operation === 'CreateTable') await asked.pass(replica);
    if (WRITES.has(asked.operation) && exchange.status === 200) await wrote(asked);
    return exchange;
  });
}

/** An index has no consistent reads: how far it lags is not what this is about. */
function isLagging({ operation, request }: Asked): boolean {
  return READS.has(operation) && request['ConsistentRead'] !== true && request['IndexName'] === undefined;
}
