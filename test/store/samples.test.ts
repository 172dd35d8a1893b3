/** Old state in new code: what version 1 has stored is kept as samples and must be read for ever. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES } from '../../lib/store/item/validate-item.ts';
import { TABLE } from '../support/dynalite.ts';
import { ROOT } from '../support/process.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

const SAMPLES = join(ROOT, 'test/store/samples');
const samples = readdirSync(SAMPLES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file, JSON.parse(readFileSync(join(SAMPLES, file), 'utf8'))] as const);

describe('A state that version 1 has stored', () => {
  it.each(samples)('is read as what it was: %s', async (_file, { item, state }) => {
    await database.documents.send(new PutItemCommand({ TableName: TABLE, Item: item }));

    expect(await database.store.read(item.pk.S)).toEqual(state);
  });

  it('is kept in samples with every attribute there is', () => {
    const seen = new Set(samples.flatMap(([, { item }]) => Object.keys(item)));

    expect([...seen].toSorted()).toEqual(['pk', 'sk', 'v', ...Object.keys(ATTRIBUTES)].toSorted());
  });
});
