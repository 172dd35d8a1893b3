/** The body of a webhook: the default for each chat, and templates. */
import { describe, expect, test } from 'vitest';
import { templateFault, webhookBody } from '../../../lib/watchdog/senders/webhook-body.ts';
import { change, NOON, notice } from './kit.ts';

const options = { host: 'chat.example.com', stack: 'Tickover-prod' };

function bodyOf(given = notice(), more: { readonly host?: string; readonly template?: string } = {}) {
  return JSON.parse(webhookBody(given, { ...options, ...more })) as Record<string, unknown>;
}

describe('The default body', () => {
  test('is text alone for Google Chat, which refuses fields that it does not know', () => {
    expect(bodyOf(notice(), { host: 'chat.googleapis.com' })).toEqual({ text: notice().text });
  });

  test.each(['hooks.slack.com', 'hooks.slack-gov.com'])('has no markup of Slack’s for %s', (host) => {
    const text = 'SyntaxError: <!channel> & "<!DOCTYPE html>"';

    expect(bodyOf(notice({ text }), { host })['text']).toBe(
      'SyntaxError: &lt;!channel&gt; &amp; "&lt;!DOCTYPE html&gt;"',
    );
    expect(bodyOf(notice({ text }), { host, template: '"{{text}}"' })).toBe(
      'SyntaxError: &lt;!channel&gt; &amp; "&lt;!DOCTYPE html&gt;"',
    );
    expect(bodyOf(notice({ text }))['text']).toBe(text);
  });

  test('is bounded, and counts the changes that it leaves out', () => {
    const long = 'é"\n'.repeat(100_000);
    const changes = new Array(1_000).fill(change({ happened: long, cause: long, follows: long, command: long }));
    const body = webhookBody(notice({ text: long, changes }), options);

    expect(Buffer.byteLength(body)).toBeLessThan(512 * 1_024);
    expect(bodyOf(notice({ changes }))).toMatchObject({ count: 1_000 });
    expect(bodyOf(notice({ changes }))['changes']).toHaveLength(40);
  });

  test('has no cause where none is known', () => {
    const { cause: _, ...unexplained } = change();

    expect(bodyOf(notice({ changes: [unexplained] }))['changes']).toEqual([
      expect.not.objectContaining({ cause: expect.anything() }),
    ]);
  });
});

describe('A template', () => {
  test('gets every placeholder', () => {
    const names = 'text subject service kind id since stack happened cause follows command'.split(' ');
    const template = JSON.stringify(Object.fromEntries(names.map((name) => [name, `{{${name}}}`])));

    expect(templateFault(template)).toBeUndefined();
    expect(bodyOf(notice(), { template })).toEqual({
      text: notice().text,
      subject: notice().subject,
      service: 'sync',
      kind: 'halted',
      id: notice().id,
      since: '2024-05-01T12:00:00.000Z',
      stack: 'Tickover-prod',
      happened: 'sync is halted.',
      cause: 'TypeError: rows is not iterable',
      follows: 'Its ticks are skipped until 12:15.',
      command: 'npx tickover invoke sync resume',
    });
  });

  test('gets each different value of many changes once, and the earliest instant', () => {
    const { cause: _, ...unexplained } = change({ service: 'poll', kind: 'overdue', since: NOON - 60_000 });
    const template = '["{{service}}","{{kind}}","{{since}}","{{cause}}"]';

    expect(bodyOf(notice({ changes: [change(), change(), unexplained] }), { template })).toEqual([
      'sync, poll',
      'halted, overdue',
      '2024-05-01T11:59:00.000Z',
      'TypeError: rows is not iterable',
    ]);
  });

  test.each(['"', '\\', '\n', '\u0000', '\u2028', '\ud83d', '"}],{"a":"b', '{{id}}', '$&', '$1', '\\u0041'])(
    'stays the JSON that it was, with %j in a text',
    (text) => {
      expect(bodyOf(notice({ text }), { template: '{"a":"<{{text}}>","b":{"c":1}}' })).toEqual({
        a: `<${text.replace('\ud83d', '\ufffd')}>`,
        b: { c: 1 },
      });
    },
  );

  test('may stand among braces, have spaces, keys and the same placeholder twice', () => {
    const template = '{"a":{"b":"{{{text}}} {{ id }}"},"{{service}}":{"c":{}}}';

    expect(templateFault(template)).toBeUndefined();
    expect(bodyOf(notice({ id: 'i', text: 't' }), { template })).toEqual({ a: { b: '{t} i' }, sync: { c: {} } });
  });

  const KNOWN =
    'expected only the placeholders {{text}}, {{subject}}, {{service}}, {{kind}}, {{id}}, {{since}}, {{stack}}, {{happened}}, {{cause}}, {{follows}}, {{command}}';
  const NO_JSON = 'expected JSON, its placeholders inside strings, got text that is no JSON';
  test.each([
    ['{"a":"{{txt}}"}', `${KNOWN}, got {{txt}}; did you mean 'text'?`],
    ['{"a":"{{Text}}"}', `${KNOWN}, got {{Text}}; did you mean 'text'?`],
    ['{"a":"{{}}"}', `${KNOWN}, got {{}}`],
    ['{"a":"{{constructor}}"}', `${KNOWN}, got {{constructor}}`],
    ['{"a":"{{text}"}', `${KNOWN}, got an open {{`],
    ['{"a":{"b":"{{text"}}', `${KNOWN}, got an open {{`],
    ['{"a":{"b":"{{","key":"5ecret"}}', `${KNOWN}, got an open {{`],
    ['{"a":{{text}}}', NO_JSON],
    ['{"key":"5ecret",}', NO_JSON],
    ['hello {{text}}', NO_JSON],
    [`"${'x'.repeat(4_000)}"`, 'expected at most 4000 characters, got 4002'],
  ])('that is %s is refused without its contents', (template, fault) => {
    expect(templateFault(template)).toBe(fault);
    expect(templateFault(template)).not.toContain('5ecret');
  });

  test('that is nested as deep as it can be is read or refused, never thrown', () => {
    const deep = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;

    expect(templateFault(deep)).toBeUndefined();
    expect(webhookBody(notice(), { ...options, template: deep })).toBe(deep);
  });
});
