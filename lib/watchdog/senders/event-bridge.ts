/** Sends changes to an EventBridge bus, for programs. Each change is one event. */
import type { EventBridgeClient, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { clientSettings, SEND_LIMIT, SEND_REQUEST_TIMEOUT } from '../../service/index.ts';
import type { Change, ChangeKind } from '../notice.ts';
import type { Sender } from '../ports.ts';
import { boundedSend } from './bounded-send.ts';
import { changeJson } from './sent-text.ts';

const SOURCE = 'tickover';

const DETAIL_TYPES: Readonly<Record<ChangeKind, string>> = {
  halted: 'Service Halted',
  'never-ran': 'Service Never Ran',
  overdue: 'Service Overdue',
  unhealthy: 'Service Unhealthy',
  unreadable: 'Service Unreadable',
  recovered: 'Service Recovered',
};

/** The limits of one PutEvents request: the number of its events, and their total size in bytes. */
const MOST_ENTRIES = 10;
const LARGEST_REQUEST = 256 * 1_024;

/**
 * Returns a sender to a bus, given by its name or its ARN. If the bus refuses an event, the send fails, and the next
 * check sends all its events again with the same ids.
 * @param stack the name of the stack in which the services run; each event contains it
 */
export function eventBridgeSender(bus: string, stack: string): Sender {
  const region = bus.startsWith('arn:') ? bus.split(':')[3] : undefined;
  let client: EventBridgeClient | undefined;
  return {
    name: 'event-bridge',
    send: ({ changes }, context) =>
      boundedSend({ sender: 'event-bridge', receiver: bus, limit: SEND_LIMIT }, context, async (abortSignal) => {
        // The SDK is imported only here, since it takes time to load and most checks send nothing.
        const sdk = await import('@aws-sdk/client-eventbridge');
        client ??= new sdk.EventBridgeClient({
          ...(region === undefined ? {} : { region }),
          ...clientSettings(SEND_REQUEST_TIMEOUT),
        });
        const refused: PutEventsResultEntry[] = [];
        for (const Entries of requestsOf(changes.map((change) => entryOf(change, bus, stack)))) {
          const answer = await client.send(new sdk.PutEventsCommand({ Entries }), { abortSignal });
          if (answer.FailedEntryCount !== 0) refused.push(...refusedIn(answer.Entries, answer.FailedEntryCount));
        }
        if (refused.length > 0) throw notTaken(refused, changes.length);
      }),
  };
}

function entryOf(change: Change, bus: string, stack: string): PutEventsRequestEntry {
  const detail = JSON.stringify({ ...changeJson(change), stack });
  return { EventBusName: bus, Source: SOURCE, DetailType: DETAIL_TYPES[change.kind], Detail: detail };
}

function requestsOf(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const requests: PutEventsRequestEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`);
    const last = requests.at(-1);
    if (last === undefined || last.length === MOST_ENTRIES || size > room) {
      requests.push([entry]);
      room = LARGEST_REQUEST - size;
    } else {
      last.push(entry);
      room -= size;
    }
  }
  return requests;
}

function refusedIn(entries: readonly PutEventsResultEntry[] = [], count = 1): readonly PutEventsResultEntry[] {
  const named = entries.filter(({ ErrorCode }) => ErrorCode !== undefined);
  return named.length > 0 ? named : new Array<PutEventsResultEntry>(count).fill({});
}

/**
 * Returns the error of a send in which the bus refused some events. The name of the error is the code of the first
 * refusal, which decides whether the error is transient.
 */
function notTaken(refused: readonly PutEventsResultEntry[], all: number): Error {
  const [{ ErrorCode = 'InternalFailure', ErrorMessage = 'no reason was given' } = {}] = refused;
  const message = `${refused.length} of ${all} events were not taken: ${ErrorCode}: ${ErrorMessage}`;
  return Object.assign(new Error(message), { name: ErrorCode });
}
