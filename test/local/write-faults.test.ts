/** Faults of the files below the embedded database, as dynalite meets them. */
import { expect, test } from 'vitest';
import { answerFaults, type Operations } from '../../lib/local/database/write-faults.ts';

const FULL = Object.assign(new Error('IO error: 000003.log: No space left on device'), { code: 'LEVEL_IO_ERROR' });

/** A database whose operations end with what `fails` gives. */
function database(fails: (operation: string) => Error | null) {
  const reached: string[] = [];
  const faults: Error[] = [];
  const operation =
    (name: string) =>
    (...args: unknown[]) => {
      reached.push(name);
      (args.at(-1) as (error: Error | null, value: string) => void)(fails(name), 'value');
    };
  const db: Operations = {
    get: operation('get'),
    put: operation('put'),
    del: operation('del'),
    batch: operation('batch'),
  };
  answerFaults(db, 'data/dynamodb', (fault) => void faults.push(fault));
  const call = (name: keyof Operations) =>
    new Promise((resolve) => db[name]('key', (error: unknown, value: unknown) => resolve(error ?? value)));
  return { call, reached, faults };
}

const SERVER_ERROR = {
  statusCode: 500,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: expect.any(String) },
};

test('operations that succeed are left alone, and so is an item that is missing', async () => {
  const missing = Object.assign(new Error('no such key'), { code: 'LEVEL_NOT_FOUND' });
  const { call, faults } = database((name) => (name === 'get' ? missing : null));

  expect([await call('get'), await call('put'), await call('del'), await call('batch')]).toEqual([
    missing,
    'value',
    'value',
    'value',
  ]);
  expect(faults).toEqual([]);
});

test.each(['put', 'del', 'batch'] as const)('a %s on a full disk is the last write, and one fault', async (write) => {
  const { call, reached, faults } = database((name) => (name === 'get' ? null : FULL));

  expect(await call(write)).toMatchObject(SERVER_ERROR);
  expect(await call('put')).toMatchObject(SERVER_ERROR);
  expect(await call('get')).toBe('value');

  expect(reached).toEqual([write, 'get']);
  expect(faults).toMatchObject([
    {
      code: 'database-unwritable',
      message:
        "database: data/dynamodb: the data can't be written (IO error: 000003.log: No space left on device); what was " +
        'written is kept, services end; free the disk and start again',
    },
  ]);
});

test('a read that fails, and a write to a database that is closed already, are answered without ending anything', async () => {
  const closed = new Error('Database is closed');
  const { call, reached, faults } = database((name) => (name === 'get' ? FULL : closed));

  expect([await call('get'), await call('put'), await call('put')]).toMatchObject([
    SERVER_ERROR,
    SERVER_ERROR,
    SERVER_ERROR,
  ]);
  expect(reached).toEqual(['get', 'put', 'put']);
  expect(faults).toEqual([]);
});
