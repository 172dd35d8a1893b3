/**
 * Makes writes to a table of a user's own conditional on the number of the run: the item remembers the newest run that
 * wrote it, and refuses every older one. Pure data for the document client of the AWS SDK (`@aws-sdk/lib-dynamodb`).
 */

/** The parts of an UpdateItem or PutItem request that a fence adds to, or keeps. */
export interface UpdateParts {
  readonly TableName?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

/** The condition that a fenced write adds to a request. */
export interface Fenced {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** The run that writes, such as the context of a workload. */
export interface FencedRun {
  /** The number of the run. */
  readonly fence: number;
}

/** Where the item keeps the number of the newest run that wrote it. */
export interface FenceOptions {
  /** The name of a top-level attribute of the item. It must not be part of the key. @default 'fence' */
  readonly attribute?: string | undefined;
}

const NAME = '#tickoverFence';
const VALUE = ':tickoverFence';
const CONDITION = `(attribute_not_exists(${NAME}) OR ${NAME} <= ${VALUE})`;

/**
 * Adds the fence to the input of an UpdateItem request: the write is refused with a ConditionalCheckFailedException if
 * a later run has written the item; otherwise it stores the number of this run in the item. The rest of the request
 * stays as it is; its own condition must hold too.
 *
 * ```ts
 * await documents.send(
 *   new UpdateCommand(
 *     fencedUpdate(context, {
 *       TableName: 'totals',
 *       Key: { id: 'today' },
 *       UpdateExpression: 'SET amount = :amount',
 *       ExpressionAttributeValues: { ':amount': 7 },
 *     }),
 *   ),
 * );
 * ```
 * @throws TypeError if the request can't be fenced: it uses the alias `#tickoverFence` or `:tickoverFence` itself, or
 * the fence or the attribute is not usable
 */
export function fencedUpdate<Request extends UpdateParts>(
  run: FencedRun,
  request: Request,
  options: FenceOptions = {},
): Request & Fenced & { readonly UpdateExpression: string } {
  return { ...fenced(run, request, options), UpdateExpression: withFence(request.UpdateExpression) };
}

/**
 * Adds the fence to the input of a PutItem request, as {@link fencedUpdate} does: the item gets the number of this run.
 * @throws TypeError as {@link fencedUpdate} does
 */
export function fencedPut<Request extends UpdateParts & { readonly Item: Record<string, unknown> | undefined }>(
  run: FencedRun,
  request: Request,
  options: FenceOptions = {},
): Request & Fenced {
  const { attribute = 'fence' } = options;
  return { ...fenced(run, request, options), Item: { ...request.Item, [attribute]: run.fence } };
}

function fenced<Request extends UpdateParts>(
  { fence }: FencedRun,
  request: Request,
  { attribute = 'fence' }: FenceOptions,
): Request & Fenced {
  refuse(Number.isSafeInteger(fence) && fence >= 0, 'fence: expected the number of a run');
  refuse(typeof attribute === 'string' && attribute !== '', 'attribute: expected the name of an attribute');
  const { ConditionExpression: own, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
  const isFree = !Object.hasOwn(names ?? {}, NAME) && !Object.hasOwn(values ?? {}, VALUE);
  refuse(isFree, `request: expected other aliases than ${NAME} and ${VALUE}`);
  return {
    ...request,
    ConditionExpression: own === undefined || own.trim() === '' ? CONDITION : `${CONDITION} AND (${own})`,
    ExpressionAttributeNames: { ...names, [NAME]: attribute },
    ExpressionAttributeValues: { ...values, [VALUE]: fence },
  };
}

/** Matches the keyword SET. `SET` is a reserved word, so no attribute stands in an expression under this name. */
const SET = /(?<![#:.\w])SET(?=\s)/i;

/** Adds the fence to the SET clause, of which an expression can have only one. */
function withFence(expression = ''): string {
  const assignment = `${NAME} = ${VALUE}`;
  return SET.test(expression)
    ? expression.replace(SET, (keyword) => `${keyword} ${assignment},`)
    : `SET ${assignment} ${expression}`.trim();
}

function refuse(holds: boolean, fault: string): void {
  if (!holds) throw new TypeError(`fenced write: ${fault}`);
}
