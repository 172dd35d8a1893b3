/** The body of a request to a webhook: JSON for chats, or the user's template with its placeholders replaced. */
import { cut, didYouMean } from '../../text/index.ts';
import { toIso } from '../../time/index.ts';
import type { Notice } from '../notice.ts';
import { changeJson } from './sent-text.ts';

/**
 * The largest `text` in a body, in bytes of UTF-8, as Mattermost accepts it. The text begins with the names of
 * services, so that a cut doesn't remove them.
 */
const LONGEST_TEXT = 16_000;
const LONGEST_FIELD = 1_500;
/**
 * The largest number of changes in the body of a request. The field `services` of the body names the services of all
 * changes.
 */
const MOST_CHANGES = 40;
/** The longest template, in characters. In Lambda all environment variables together have 4 KB. */
const LONGEST_TEMPLATE = 4_000;

const PLACEHOLDERS = [
  ...['text', 'subject', 'service', 'kind', 'id', 'since', 'stack', 'happened', 'cause', 'follows', 'command'],
] as const;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

export interface BodyOptions {
  /** The host name of the webhook, since Slack and Google Chat need other bodies than other hosts. */
  readonly host: string;
  /** The name of the stack in which the services run, or 'one machine'. */
  readonly stack: string;
  /** JSON text with placeholders such as `{{text}}` inside its strings. @default `text` and the changes as JSON */
  readonly template?: string | undefined;
}

export function webhookBody(notice: Notice, { host, stack, template }: BodyOptions): string {
  const form = host.endsWith('.slack.com') || host.endsWith('.slack-gov.com') ? withoutMarkup : (text: string) => text;
  if (template !== undefined) return filled(template, (name) => form(fieldOf(name, notice, stack)));
  const text = form(cut(notice.text, LONGEST_TEXT));
  // Google Chat refuses a body with other fields than its own.
  if (host === 'chat.googleapis.com') return JSON.stringify({ text });
  const { id, subject, changes } = notice;
  const services = Object.fromEntries(changes.map(({ service, kind }) => [service, kind]));
  const facts = {
    subject,
    id,
    stack,
    count: changes.length,
    services,
    changes: changes.slice(0, MOST_CHANGES).map(changeJson),
  };
  return JSON.stringify({ text, ...facts });
}

/**
 * Returns the fault of a template as `expected ..., got ...`; `undefined` if there is none. A template may contain
 * secrets, so the fault shows only an unknown placeholder.
 */
export function templateFault(template: string): string | undefined {
  if (template.length > LONGEST_TEMPLATE) {
    return `expected at most ${LONGEST_TEMPLATE} characters, got ${template.length}`;
  }
  try {
    JSON.parse(template);
  } catch {
    return 'expected JSON, its placeholders inside strings, got text that is no JSON';
  }
  const written = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name.trim());
  const unknown = written.find((name) => !isPlaceholder(name));
  const isOpen = template.replace(PLACEHOLDER, '').includes('{{');
  if (unknown === undefined && !isOpen) return undefined;
  const known = PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ');
  const isName = unknown !== undefined && /^[\w .-]{0,50}$/.test(unknown);
  const got = isName ? `{{${unknown}}}${didYouMean(unknown, PLACEHOLDERS)}` : 'an open {{';
  return `expected only the placeholders ${known}, got ${got}`;
}

function isPlaceholder(name: string): name is (typeof PLACEHOLDERS)[number] {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

/** Replaces each placeholder by its value, escaped for a JSON string. In JSON `{{` occurs only inside strings. */
function filled(template: string, fieldNamed: (name: (typeof PLACEHOLDERS)[number]) => string): string {
  return template.replace(PLACEHOLDER, (whole, written: string) => {
    const name = written.trim();
    return isPlaceholder(name) ? JSON.stringify(fieldNamed(name)).slice(1, -1) : whole;
  });
}

/**
 * Returns the value of a placeholder. For several changes, the value lists each different value once; `since` is the
 * earliest.
 */
function fieldOf(name: (typeof PLACEHOLDERS)[number], notice: Notice, stack: string): string {
  const { changes } = notice;
  switch (name) {
    case 'text':
      return cut(notice.text, LONGEST_TEXT);
    case 'subject':
    case 'id':
      return cut(notice[name], LONGEST_FIELD);
    case 'stack':
      return stack;
    case 'since':
      return changes.length === 0 ? '' : toIso(Math.min(...changes.map(({ since }) => since)));
    case 'service':
    case 'kind':
      return cut([...new Set(changes.map((change) => change[name]))].join(', '), LONGEST_FIELD);
    default:
      return cut([...new Set(changes.map((change) => change[name] ?? ''))].join('\n').trim(), LONGEST_FIELD);
  }
}

/** Escapes the markup of Slack, so that a text such as `<!channel>` doesn't notify everybody in the channel. */
function withoutMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
