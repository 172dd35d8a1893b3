import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Service } from '../../../lib/service/index.ts';
import { withoutUndefined } from '../../../lib/text/index.ts';
import type { AlarmLevel } from '../../settings.ts';
import { addRemarks, DeployedService, type SharedParts } from '../deployed-service.ts';
import type { AlarmActions } from '../rendered-alarm.ts';
import { ServiceAlarms } from '../service-alarms.ts';
import { ServiceSchedule } from '../service-schedule.ts';

/** The resources of a group that all its services use. */
export interface GroupParts extends SharedParts {
  readonly groupName: string;
  readonly namespace: string;
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;
  readonly logKey: IKey | undefined;
}

export interface GroupedServiceProps extends AlarmActions {
  readonly service: Service;
  readonly entry: string;
  readonly parts: GroupParts;
  readonly alarms?: AlarmLevel;
  readonly watched?: boolean;
}

/** A service that shares its function with a group of services. {@link ServiceGroup} makes it. */
export class GroupedService extends DeployedService {
  readonly service: Service;
  readonly entry: string;
  readonly function: LambdaFunction;
  readonly schedule: Schedule;
  readonly logGroup: ILogGroup;
  readonly undeliverableQueue: IQueue;
  readonly table: ITable;
  readonly logKey: IKey | undefined;
  readonly namespace: string;
  readonly alarms: Readonly<Record<string, Alarm>>;
  override readonly groupName: string;

  constructor(scope: Construct, id: string, props: GroupedServiceProps) {
    super(scope, id);
    const { service, entry, parts, alarms: level, alarmActions, okActions } = props;
    const { groupName, namespace, undeliverableQueue, group, role } = parts;
    this.service = service;
    this.entry = entry;
    this.function = parts.function;
    this.logGroup = parts.logGroup;
    this.undeliverableQueue = undeliverableQueue;
    this.table = parts.table;
    this.logKey = parts.logKey;
    this.namespace = namespace;
    this.groupName = groupName;
    const fired = { service, function: this.function, group, role, undeliverableQueue, namesService: true };
    this.schedule = new ServiceSchedule(this, 'Schedule', fired).schedule;
    const options = withoutUndefined({ level, alarmActions, okActions });
    const watched = { service, namespace, function: this.function, groupName };
    this.alarms = new ServiceAlarms(this, 'Alarms', { ...watched, ...options }).alarms;
    addRemarks(this, props);
  }
}
