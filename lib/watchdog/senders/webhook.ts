/** Sends notices to a webhook: an HTTP endpoint that takes JSON, such as that of a chat. */
import { HttpStatusError, WEBHOOK_LIMIT } from '../../service/index.ts';
import { cut, escaped, mask } from '../../text/index.ts';
import { type Clock, SECOND, withTimeLimit } from '../../time/index.ts';
import type { Sender } from '../ports.ts';
import { boundedSend } from './bounded-send.ts';
import { webhookBody } from './webhook-body.ts';

/** A webhook, and the form of its body. */
export interface WebhookOptions {
  /** A URL of https, or of http on this machine. User and password in it are sent as a header. */
  readonly url: URL;
  /** Names where the services run. */
  readonly stack: string;
  /** JSON with placeholders such as `{{text}}` in its strings. @default `text` and the changes as JSON */
  readonly template?: string | undefined;
}

/** How long the reason in the body of a refusal may take to come, and how much of it is shown. */
const REASON_TIME = SECOND;
const LONGEST_REASON = 200;
/** Shorter parts of a URL are no secrets, and may be words of an answer. */
const SHORTEST_SECRET = 6;

/**
 * A sender to the webhook. Takes 2xx for success, follows no redirect and reads no body, except the beginning of a
 * refusal's. Errors show of the URL only its origin, since whoever knows the rest may write there.
 */
export function webhookSender({ url, stack, template }: WebhookOptions): Sender {
  const redact = redactor(url);
  const sending = { sender: 'webhook', receiver: `POST ${shownUrl(url)}`, limit: WEBHOOK_LIMIT, redact };
  const address = Object.assign(new URL(url.href), { username: '', password: '' });
  const headers = { 'content-type': 'application/json', 'user-agent': 'tickover', ...authorization(url) };
  return {
    name: 'webhook',
    send: (notice, context) =>
      boundedSend(sending, context, async (signal) => {
        const body = webhookBody(notice, { host: url.hostname, stack, template });
        const response = await fetch(address, { method: 'POST', headers, body, redirect: 'manual', signal });
        const { status, ok } = response;
        if (ok) return discard(response.body);
        // An answer may repeat the body, and a template may hold secrets.
        const reason = template === undefined ? redact(await beginningOf(response.body, context.clock)) : '';
        if (template !== undefined) discard(response.body);
        const fault = new HttpStatusError({ status, method: 'POST', url: shownUrl(url), expected: '2xx' });
        throw reason === '' ? fault : Object.assign(fault, { message: `${fault.message}: ${reason}` });
      }),
  };
}

/** The origin of the URL, for errors and refusals. */
export function shownUrl({ origin }: URL): string {
  return `${origin}/***`;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Takes every part of the URL that may be secret out of a text, longer parts first. */
function redactor(url: URL): (text: string) => string {
  const { href, pathname, search, username, password, searchParams } = url;
  const parts = [href, pathname + search, pathname, search, username, password, ...searchParams.values()];
  const secrets = [...parts, ...pathname.split('/'), authorization(url)['authorization'] ?? '']
    .filter((part) => part.length >= SHORTEST_SECRET)
    .toSorted((one, other) => other.length - one.length);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

/** Ends the answer without reading it, however long it is. */
function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}

/** The beginning of a body in one line; empty if it doesn't come in time. */
async function beginningOf(body: ReadableStream<Uint8Array> | null, clock: Clock): Promise<string> {
  const reader = body?.getReader();
  if (reader === undefined) return '';
  const part = await withTimeLimit(clock, REASON_TIME, () => reader.read()).catch(() => undefined);
  reader.cancel().catch(() => {});
  const text = new TextDecoder().decode(part?.value?.subarray(0, 10 * LONGEST_REASON));
  return escaped(cut(mask(text).replace(/\s+/g, ' ').trim(), LONGEST_REASON));
}
