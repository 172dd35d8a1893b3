/** The body of a webhook: JSON for chats by default, or a template of the user's with placeholders. */
import { cut, didYouMean } from '../../text/index.ts';
import { toIso } from '../../time/index.ts';
import type { Notice } from '../notice.ts';
import { changeJson } from './sent-text.ts';

/** The longest text that chats take: Mattermost's, and a half of Google Chat's. The names in it come first. */
const LONGEST_TEXT = 16_000;
const LONGEST_FIELD = 1_500;
/** How many changes the default body has in full. `services` names all. */
const MOST_CHANGES = 40;
/** The variables of a function have 4 KB together. */
const LONGEST_TEMPLATE = 4_000;

const PLACEHOLDERS = [
  ...['text', 'subject', 'service', 'kind', 'id', 'since', 'stack', 'happened', 'cause', 'follows', 'command'],
] as const;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Where and in which form the body goes. */
export interface BodyOptions {
  /** The host of the webhook: some chats have rules of their own. */
  readonly host: string;
  /** Names where the services run. */
  readonly stack: string;
  /** JSON with placeholders such as `{{text}}` in its strings. @default `text` and the changes as JSON */
  readonly template?: string | undefined;
}

/** The body for a notice. */
export function webhookBody(notice: Notice, { host, stack, template }: BodyOptions): string {
  const form = host.endsWith('.slack.com') || host.endsWith('.slack-gov.com') ? withoutMarkup : (text: string) => text;
  if (template !== undefined) return filled(template, (name) => form(fieldOf(name, notice, stack)));
  const text = form(cut(notice.text, LONGEST_TEXT));
  // Google Chat refuses fields that it doesn't know.
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

/** The fault of a template as `expected ..., got ...`, without its contents, which may be secret. */
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

/** In JSON two braces in a row that open stand inside a string, so that escaped text can take their place. */
function filled(template: string, fieldNamed: (name: (typeof PLACEHOLDERS)[number]) => string): string {
  return template.replace(PLACEHOLDER, (whole, written: string) => {
    const name = written.trim();
    return isPlaceholder(name) ? JSON.stringify(fieldNamed(name)).slice(1, -1) : whole;
  });
}

/** The value of a placeholder. Of many changes it has each different value once, and the earliest instant. */
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

/** Slack reads these characters as its markup: text such as `<!channel>` would call everybody. */
function withoutMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
