/**
 * A DynamoDB of one table in memory, at the level of the document client, so that the store itself runs on it. Each
 * command has its effect at once and as a whole; everything that comes and goes is copied. A read that doesn't ask for
 * `ConsistentRead` is answered from the past: each item as it was before it was last written. DynamoDB may do so, and
 * most of the time doesn't. It knows the commands and the options that the store sends and refuses any other.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type Bound,
  conditionIn,
  type Expression,
  InvalidExpressionError,
  type MarshalledItem,
  updateIn,
} from './expressions.ts';

/** A command that the store sends. */
export type Command = UpdateCommand | GetCommand | PutCommand | QueryCommand | BatchGetCommand;

/** An item that was written. */
export interface Written {
  readonly before: MarshalledItem | undefined;
  readonly after: MarshalledItem;
}

export interface SimulatedDynamoOptions {
  /**
   * Whether a refused condition comes with the item that refused it, where that is asked for. DynamoDB does so,
   * dynalite doesn't.
   * @default true
   */
  readonly returnsOldItem?: boolean;
  /** Told of every item that is written. */
  readonly onWrite?: (written: Written) => void;
}

/** A table that commands have their effect on. */
export class SimulatedDynamo {
  readonly #items = new Map<string, MarshalledItem>();
  /** What was in the place of each item before it was last written. */
  readonly #past = new Map<string, MarshalledItem | undefined>();
  readonly #returnsOldItem: boolean;
  readonly #onWrite: (written: Written) => void;

  constructor({ returnsOldItem = true, onWrite = () => {} }: SimulatedDynamoOptions = {}) {
    this.#returnsOldItem = returnsOldItem;
    this.#onWrite = onWrite;
  }

  /**
   * The command's effect and its answer.
   * @throws ConditionalCheckFailedException if its condition doesn't hold
   * @throws DynamoDBServiceException, a ValidationException, if the command makes no sense
   */
  apply(command: Command): unknown {
    try {
      return this.#apply(command);
    } catch (error) {
      if (!(error instanceof InvalidExpressionError)) throw error;
      throw new DynamoDBServiceException({
        name: 'ValidationException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
        message: error.message,
      });
    }
  }

  /** The item under a key, copied. */
  item(pk: string, sk: string): Record<string, unknown> | undefined {
    const item = this.#items.get(keyOf(pk, sk));
    return item === undefined ? undefined : unmarshall(item as Record<string, AttributeValue>);
  }

  #apply(command: Command): unknown {
    if (command instanceof UpdateCommand) return this.#update(command.input);
    if (command instanceof GetCommand) return this.#get(command.input);
    if (command instanceof PutCommand) return this.#put(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input);
    throw new Error(`not a command that is simulated: ${String((command as { constructor?: unknown }).constructor)}`);
  }

  #update(input: UpdateCommandInput): unknown {
    const { TableName, Key, UpdateExpression = '', ConditionExpression, ReturnValues, ...rest } = input;
    const { ExpressionAttributeNames, ExpressionAttributeValues, ReturnValuesOnConditionCheckFailure, ...others } =
      rest;
    refuseOthers({ ...others, ...unless(ReturnValues, 'ALL_OLD', 'ALL_NEW') }, TableName);
    const bound = boundBy(ExpressionAttributeNames, ExpressionAttributeValues);
    const update = updateIn(UpdateExpression);
    const condition = ConditionExpression === undefined ? undefined : conditionIn(ConditionExpression);
    refuseUnused(bound, [update, condition]);

    const { pk, sk } = keyIn(Key);
    const before = this.#items.get(keyOf(pk, sk));
    if (condition !== undefined && !condition.evaluate(before, bound)) {
      throw this.#refusal(before, ReturnValuesOnConditionCheckFailure);
    }
    const after = { ...update.evaluate(before, bound), pk: { S: pk }, sk: { S: sk } };
    this.#write({ before, after });
    const returned = ReturnValues === 'ALL_NEW' ? after : ReturnValues === 'ALL_OLD' ? before : undefined;
    return returned === undefined ? {} : { Attributes: unmarshalled(returned) };
  }

  #refusal(item: MarshalledItem | undefined, asked: string | undefined): ConditionalCheckFailedException {
    const returned = this.#returnsOldItem && asked === 'ALL_OLD' && item !== undefined;
    return new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: { httpStatusCode: 400 },
      ...(returned ? { Item: { ...item } } : {}),
    });
  }

  #get({ TableName, Key, ConsistentRead, ...others }: GetCommandInput): unknown {
    refuseOthers(others, TableName);
    const { pk, sk } = keyIn(Key);
    const found = this.#read(ConsistentRead).get(keyOf(pk, sk));
    return found === undefined ? {} : { Item: unmarshalled(found) };
  }

  #put({ TableName, Item, ...others }: PutCommandInput): unknown {
    refuseOthers(others, TableName);
    const after = marshalled(Item ?? {});
    const { pk, sk } = keyIn(unmarshalled(after));
    this.#write({ before: this.#items.get(keyOf(pk, sk)), after });
    return {};
  }

  #query(input: QueryCommandInput): unknown {
    const { TableName, KeyConditionExpression = '', ScanIndexForward, Limit, ExclusiveStartKey, ...rest } = input;
    const { ExpressionAttributeNames, ExpressionAttributeValues, ConsistentRead, ...others } = rest;
    refuseOthers(others, TableName);
    const bound = boundBy(ExpressionAttributeNames, ExpressionAttributeValues);
    const condition = conditionIn(KeyConditionExpression);
    refuseUnused(bound, [condition]);

    const sorted = [...this.#read(ConsistentRead)]
      .flatMap(([key, item]) => (item === undefined ? [] : [[key, item] as const]))
      .filter(([, item]) => condition.evaluate(item, bound))
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    const ordered = ScanIndexForward === false ? sorted.toReversed() : sorted;
    const start = ExclusiveStartKey === undefined ? undefined : keyIn(ExclusiveStartKey);
    const from = start === undefined ? 0 : ordered.findIndex(([key]) => key === keyOf(start.pk, start.sk)) + 1;
    const page = ordered.slice(from, from + (Limit ?? ordered.length)).map(([, item]) => unmarshalled(item));
    const last = page.at(-1);
    const isCut = from + page.length < ordered.length && last !== undefined;
    return { Items: page, ...(isCut ? { LastEvaluatedKey: { pk: last['pk'], sk: last['sk'] } } : {}) };
  }

  #batchGet({ RequestItems = {}, ...others }: BatchGetCommandInput): unknown {
    const [[table, asked] = ['', undefined]] = Object.entries(RequestItems);
    refuseOthers(others, table);
    const found = (asked?.Keys ?? []).flatMap((key) => {
      const { pk, sk } = keyIn(key);
      const item = this.#read(asked?.ConsistentRead).get(keyOf(pk, sk));
      return item === undefined ? [] : [unmarshalled(item)];
    });
    return { Responses: { [table]: found }, UnprocessedKeys: {} };
  }

  /** The items that a read sees. */
  #read(isConsistent = false): ReadonlyMap<string, MarshalledItem | undefined> {
    return isConsistent ? this.#items : this.#past;
  }

  #write(written: Written): void {
    const { pk, sk } = keyIn(unmarshalled(written.after));
    this.#past.set(keyOf(pk, sk), written.before);
    this.#items.set(keyOf(pk, sk), written.after);
    this.#onWrite(written);
  }
}

/** A document client on the table on which nothing ever goes wrong. */
export function documentsOn(dynamo: SimulatedDynamo): DynamoDBDocumentClient {
  return documentClientOf(async (command) => dynamo.apply(command));
}

/** How a command is to be sent. */
export interface Sending {
  readonly abortSignal?: AbortSignal;
}

/** A document client of which the store uses `send` alone. */
export function documentClientOf(
  send: (command: Command, sending?: Sending) => Promise<unknown>,
): DynamoDBDocumentClient {
  return { send } as unknown as DynamoDBDocumentClient;
}

function marshalled(item: Record<string, unknown>): MarshalledItem {
  return marshall(item, { removeUndefinedValues: true });
}

function unmarshalled(item: MarshalledItem): Record<string, unknown> {
  return unmarshall(item as Record<string, AttributeValue>);
}

function keyOf(pk: string, sk: string): string {
  return `${pk} ${sk}`;
}

function keyIn(key: Readonly<Record<string, unknown>> | undefined): { pk: string; sk: string } {
  const { pk, sk } = key ?? {};
  if (typeof pk !== 'string' || typeof sk !== 'string')
    throw new InvalidExpressionError('a key of pk and sk is needed');
  return { pk, sk };
}

function boundBy(names: Record<string, string> = {}, values?: Record<string, unknown>): Bound {
  if (values !== undefined && Object.keys(values).length === 0) {
    throw new InvalidExpressionError('ExpressionAttributeValues must not be empty');
  }
  return { names, values: marshalled(values ?? {}) };
}

function refuseUnused({ names, values }: Bound, expressions: readonly (Expression<unknown> | undefined)[]): void {
  const isUsed = (alias: string) => expressions.some((expression) => expression?.aliases.has(alias));
  const unused = [...Object.keys(names), ...Object.keys(values)].filter((alias) => !isUsed(alias));
  if (unused.length > 0) throw new InvalidExpressionError(`unused in expressions: ${unused.join(', ')}`);
}

function unless(value: string | undefined, ...known: readonly string[]): Record<string, unknown> {
  return value === undefined || known.includes(value) ? {} : { ReturnValues: value };
}

function refuseOthers(others: Readonly<Record<string, unknown>>, table: string | undefined): void {
  if (table === undefined || table === '') throw new InvalidExpressionError('a table is needed');
  const names = Object.keys(others);
  if (names.length > 0) throw new Error(`not simulated: ${names.join(', ')}`);
}
