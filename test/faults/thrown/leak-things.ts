/** Credentials in every place where a service may leave one, as things that go their way. */
import { LEAKS, type Leak } from './secrets.ts';
import { errorWith, type Thing } from './thing.ts';

/** In an error: its message, name, code, stack, fields, cause and members, and in those again. */
function inError({ text }: Leak): Error {
  const error = new AggregateError([new Error(text), text, { text }], text, {
    cause: errorWith({ code: text, config: { text } }, `again: ${text}`),
  });
  error.name = text;
  error.stack = `${error.stack}\n    at f (${text}:1:1)`;
  return Object.assign(error, { code: text, toJSON: () => ({ config: text }) });
}

/** In what is no error: texts, names of fields, lists, an error and what gives its own form. */
function inObject(leak: Leak): unknown {
  const { text } = leak;
  return { text, [text]: 1, list: [text, { text }], error: inError(leak), own: { toJSON: () => text }, url: text };
}

/** Each leak as what is thrown, and as what is returned or logged. */
export const LEAKING: readonly (Thing & { readonly secrets: readonly string[] })[] = LEAKS.flatMap((leak) => [
  { group: 'secret in an error', what: leak.what, make: () => inError(leak), secrets: leak.secrets },
  { group: 'secret in an object', what: leak.what, make: () => inObject(leak), secrets: leak.secrets },
  { group: 'secret in a text', what: leak.what, make: () => leak.text, secrets: leak.secrets },
]);
