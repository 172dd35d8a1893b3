import { HttpStatusError, WEBHOOK_LIMIT } from '../../service/index.ts';
import { cut, escaped, mask } from '../../text/index.ts';
import { type Clock, SECOND, withTimeLimit } from '../../time/index.ts';
import type { Sender } from '../ports.ts';
import { boundedSend } from './bounded-send.ts';
import { webhookBody } from './webhook-body.ts';

export interface WebhookOptions {
  /** A URL of https, or of http on this machine. A user and password in it are sent as an Authorization header. */
  readonly url: URL;
  /** The name of the stack in which the services run, or 'one machine'. */
  readonly stack: string;
  /** JSON text with placeholders such as `{{text}}` inside its strings. @default `text` and the changes as JSON */
  readonly template?: string | undefined;
}

/**
 * If the webhook refuses a notice, the error shows the beginning of its answer: at most `LONGEST_REASON` bytes, awaited
 * for `REASON_TIME` milliseconds.
 */
const REASON_TIME = SECOND;
const LONGEST_REASON = 200;
/**
 * From this length on, in characters, a part of the webhook's URL is masked in errors. Shorter parts may be ordinary
 * words.
 */
const SHORTEST_SECRET = 6;

/**
 * Returns a sender to the webhook. An answer with a status other than 2xx is an error; redirects are not followed. The
 * error shows the beginning of the answer, unless there is a template. Errors show only the origin of the URL, since
 * the rest is a secret.
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
        // An answer may repeat the body with the user's template, which may contain secrets. The error doesn't show
        // such an answer.
        const reason = template === undefined ? redact(await beginningOf(response.body, context.clock)) : '';
        if (template !== undefined) discard(response.body);
        const fault = new HttpStatusError({ status, method: 'POST', url: shownUrl(url), expected: '2xx' });
        throw reason === '' ? fault : Object.assign(fault, { message: `${fault.message}: ${reason}` });
      }),
  };
}

/** Returns the origin of the URL followed by `/***`, for error messages. */
export function shownUrl({ origin }: URL): string {
  return `${origin}/***`;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/**
 * Returns a function that masks the secret parts of the URL in a text. The longest part is masked first, since a long
 * part may contain shorter ones.
 */
function redactor(url: URL): (text: string) => string {
  const { href, pathname, search, username, password, searchParams } = url;
  const parts = [href, pathname + search, pathname, search, username, password, ...searchParams.values()];
  const secrets = [...parts, ...pathname.split('/'), authorization(url)['authorization'] ?? '']
    .filter((part) => part.length >= SHORTEST_SECRET)
    .toSorted((one, other) => other.length - one.length);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {});
}

/**
 * Returns the beginning of a body in one line, with credentials masked; an empty text if no body arrives in
 * `REASON_TIME`.
 */
async function beginningOf(body: ReadableStream<Uint8Array> | null, clock: Clock): Promise<string> {
  const reader = body?.getReader();
  if (reader === undefined) return '';
  const part = await withTimeLimit(clock, REASON_TIME, () => reader.read()).catch(() => undefined);
  reader.cancel().catch(() => {});
  const text = new TextDecoder().decode(part?.value?.subarray(0, 10 * LONGEST_REASON));
  return escaped(cut(mask(text).replace(/\s+/g, ' ').trim(), LONGEST_REASON));
}
