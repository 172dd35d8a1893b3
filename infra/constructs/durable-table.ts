import type { CreateTableCommandInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  type AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { withoutUndefined } from '../../lib/text/index.ts';
import { refuseUnknownProps, type Shapes } from '../known-props.ts';

/** How a table is kept and encrypted. */
export interface DurableTableOptions {
  /** Whether the table stays in the account when its stack is deleted or no longer contains it. @default true */
  readonly keep?: boolean;
  /**
   * Whether DynamoDB refuses to delete the table until a person switches this protection off.
   * @default the value of `keep`
   */
  readonly deletionProtection?: boolean;
  /** The customer's KMS key that encrypts the table. @default DynamoDB's own key */
  readonly encryptionKey?: IKey;
}

export const DURABLE_SHAPES = {
  ...{ keep: 'flag', deletionProtection: 'flag', encryptionKey: 'object' },
} as const satisfies Shapes<DurableTableOptions>;

/** An existing table that a stack uses instead of making one. */
export interface GivenTable {
  readonly tableArn: string;
  /** The customer's KMS key that encrypts the table. @default DynamoDB's own key */
  readonly encryptionKey?: IKey;
}

export interface DurableTableProps extends DurableTableOptions {
  /** The keys and indexes of the table, as DynamoDB's CreateTable takes them. The table name in `shape` is ignored. */
  readonly shape: CreateTableCommandInput;
  /**
   * The attribute of an item with the time, in epoch seconds, after which DynamoDB removes the item.
   * @default items are never removed
   */
  readonly timeToLive?: string;
}

/**
 * A table with on-demand billing, encrypted with DynamoDB's own key or the customer's. It can be restored to any second
 * of the last 35 days.
 */
export class DurableTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, props: DurableTableProps) {
    super(scope, id);
    refuseUnknownProps<DurableTableProps>(this, props, { ...DURABLE_SHAPES, shape: 'object', timeToLive: 'text' });
    const { shape, timeToLive, keep = true, deletionProtection = keep, encryptionKey } = props;
    const table = new Table(this, 'Table', {
      ...keysOf(shape.KeySchema, shape),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...withoutUndefined({ timeToLiveAttribute: timeToLive, encryptionKey }),
      ...(encryptionKey === undefined ? {} : { encryption: TableEncryption.CUSTOMER_MANAGED }),
    });
    addIndexes(table, shape);
    // CDK's `Table` and `ITable` differ here only in the types of optional properties, not at run time.
    this.table = table as ITable;
  }
}

function addIndexes(table: Table, shape: CreateTableCommandInput): void {
  for (const { IndexName = '', KeySchema, Projection } of shape.GlobalSecondaryIndexes ?? []) {
    const copied = Projection?.NonKeyAttributes;
    table.addGlobalSecondaryIndex({
      indexName: IndexName,
      ...keysOf(KeySchema, shape),
      ...(copied === undefined
        ? { projectionType: ProjectionType.ALL }
        : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: copied }),
    });
  }
}

interface Keys {
  readonly partitionKey: Attribute;
  readonly sortKey?: Attribute;
}

function keysOf(schema: readonly KeySchemaElement[] | undefined, shape: CreateTableCommandInput): Keys {
  const attributeOf = (kind: 'HASH' | 'RANGE'): Attribute | undefined => {
    const name = schema?.find(({ KeyType }) => KeyType === kind)?.AttributeName;
    const type = shape.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    return name === undefined ? undefined : { name, type: (type ?? 'S') as AttributeType };
  };
  const partitionKey = attributeOf('HASH');
  const sortKey = attributeOf('RANGE');
  if (partitionKey === undefined) throw new RangeError('shape: expected a partition key, got none');
  return withoutUndefined({ partitionKey, sortKey });
}
