/**
 * The list of what the emulator can't make is exact: nothing is left out besides, and nothing stays on it for old
 * times' sake.
 */
import { describe, expect, test } from 'vitest';
import { LEFT_OUT, listFaults, unrecognizedTypes, withoutLeftOut } from './left-out.ts';
import type { Template } from './template.ts';

const QUERY = 'AWS::Logs::QueryDefinition';

const template: Template = {
  Resources: {
    Table: { Type: 'AWS::DynamoDB::Table' },
    Query: { Type: QUERY, Properties: { QueryString: { Ref: 'Table' } } },
    Another: { Type: QUERY },
  },
  Outputs: { table: { Value: { Ref: 'Table' } } },
};

describe('a template without what is left out', () => {
  test('keeps everything else, and shows how many are missing', () => {
    const { template: reduced, leftOut } = withoutLeftOut(template);

    expect(Object.keys(reduced.Resources)).toEqual(['Table']);
    expect(reduced.Outputs).toEqual(template.Outputs);
    expect(leftOut).toEqual({ [QUERY]: 2 });
  });

  test('is refused where something that stays refers to something that goes', () => {
    const referring = { ...template, Outputs: { query: { Value: { Ref: 'Query' } } } };

    expect(() => withoutLeftOut(referring)).toThrow('left out: Query is left out, but something else refers to it');
  });

  test('is refused where the stack has no such type any more', () => {
    const { Query: _gone, Another: _other, ...rest } = template.Resources;

    expect(() => withoutLeftOut({ Resources: rest })).toThrow(
      `left out: the stack has no ${QUERY}: take it off the list`,
    );
  });
});

describe('the list', () => {
  test('is as the emulator refuses', () => {
    const refusal = `Template format error: Unrecognized resource types: [${QUERY}]\n`;

    expect(unrecognizedTypes(refusal)).toEqual([QUERY]);
    expect(Object.keys(LEFT_OUT)).toEqual([QUERY]);
    expect(listFaults(unrecognizedTypes(refusal))).toEqual([]);
  });

  test('is at fault for a type that the emulator refuses besides', () => {
    expect(listFaults([QUERY, 'AWS::New::Thing'])).toEqual([
      "the emulator can't make AWS::New::Thing, which is not in the list of what is left out",
    ]);
  });

  test('is at fault for a type that the emulator can make by now', () => {
    expect(listFaults(unrecognizedTypes('all went well'))).toEqual([
      `the emulator can make ${QUERY} by now: take it off the list of what is left out`,
    ]);
  });
});
