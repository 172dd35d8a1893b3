import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
  TextWidgetBackground,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { refuseUnknownProps } from '../known-props.ts';
import type { DeployedService } from './deployed-service.ts';
import { type LogQuery, lastFailures, ofService, queryText, SKIPS } from './log-queries.ts';

export interface ServicesDashboardProps {
  /** The services in the order in which the dashboard shows them. Without services no dashboard is made. */
  readonly services: readonly DeployedService[];
  readonly stage: string;
}

const MOST_WIDGETS = 500;
const WIDGETS_A_SERVICE = 6;
/** The most log queries that an account may run at the same time. An open dashboard runs all its log queries. */
const MOST_QUERIES = 100;
const QUERIES_A_SERVICE = 2;
/** The most services in one dashboard. Further services get a further dashboard. */
const MOST_SERVICES = Math.floor(Math.min((MOST_WIDGETS - 1) / WIDGETS_A_SERVICE, MOST_QUERIES / QUERIES_A_SERVICE));

const FULL_WIDTH = 24;
const HEIGHT = 5;
const FAILURES = 10;
const WINDOW = Duration.minutes(5);

/**
 * The dashboards of a stack. They show trouble, invocations, durations, skipped ticks and the last failures of every
 * service, over the last day.
 */
export class ServicesDashboard extends Construct {
  /** One dashboard for every 50 services. */
  readonly dashboards: readonly Dashboard[];

  constructor(scope: Construct, id: string, props: ServicesDashboardProps) {
    super(scope, id);
    refuseUnknownProps<ServicesDashboardProps>(this, props, { services: 'list', stage: 'text' });
    const parts = Math.ceil(props.services.length / MOST_SERVICES);
    this.dashboards = Array.from({ length: parts }, (_none, part) => this.#makeDashboard(part, props));
  }

  #makeDashboard(part: number, { services, stage }: ServicesDashboardProps): Dashboard {
    const shown = services.slice(part * MOST_SERVICES, (part + 1) * MOST_SERVICES);
    return new Dashboard(this, part === 0 ? 'Dashboard' : `Dashboard${part + 1}`, {
      defaultInterval: Duration.days(1),
      widgets: [[this.#heading(stage)], ...shown.flatMap((service, index) => rowsOf(service, shown.slice(0, index)))],
    });
  }

  #heading(stage: string): TextWidget {
    return text(
      `# Tickover, stage ${stage}\nOne row a service. What happened to one: the saved queries of Logs Insights under \`${Stack.of(this).stackName}\`. ` +
        'Changes made here are lost with the next deploy.',
      2,
    );
  }
}

/**
 * Returns the widgets of one service. The graphs of a function that several services share stand before the first of
 * these services.
 * @param before the services that the dashboard shows before this one
 */
function rowsOf(deployed: DeployedService, before: readonly DeployedService[]): IWidget[][] {
  const { service, function: lambda, groupName } = deployed;
  if (groupName === undefined) {
    return [
      [text(`## ${service.name}\nFunction \`${lambda.functionName}\``, 2)],
      [trouble(deployed), ...functionGraphs(deployed, service.name), skips(deployed)],
      [failures(deployed)],
    ];
  }
  const isFirst = before.every((other) => other.function !== lambda);
  const own = [
    [text(`## ${service.name}\nOf the group ${groupName}`, 2)],
    [trouble(deployed), skips(deployed)],
    [failures(deployed)],
  ];
  const title = `group ${groupName}`;
  const heading = text(`## Group ${groupName}\nFunction \`${lambda.functionName}\` of several services`, 2);
  return isFirst ? [[heading], functionGraphs(deployed, title), ...own] : own;
}

function functionGraphs(deployed: DeployedService, title: string): GraphWidget[] {
  return [invocations(deployed, title), duration(deployed, title)];
}

/** The metric `Unhealthy` has samples only while the watchdog finds the service in trouble. */
function trouble(deployed: DeployedService): GraphWidget {
  return graph(deployed.service.name, {
    title: 'in trouble',
    left: [deployed.metricUnhealthy({ label: 'in trouble', period: WINDOW })],
    leftYAxis: { min: 0, max: 1 },
  });
}

function invocations(deployed: DeployedService, title: string): GraphWidget {
  return graph(title, {
    title: 'invocations, and those that ended in an error',
    left: [
      deployed.metricInvocations({ label: 'invocations', statistic: 'Sum', period: WINDOW }),
      deployed.metricErrors({ label: 'errors', statistic: 'Sum', period: WINDOW }),
    ],
    leftYAxis: { min: 0 },
  });
}

function duration(deployed: DeployedService, title: string): GraphWidget {
  return graph(title, {
    title: 'duration of an invocation',
    left: [
      deployed.metricDuration({ label: 'average', statistic: 'Average', period: WINDOW }),
      deployed.metricDuration({ label: 'longest', statistic: 'Maximum', period: WINDOW }),
    ],
  });
}

function graph(subject: string, { title, ...props }: ConstructorParameters<typeof GraphWidget>[0]): GraphWidget {
  return new GraphWidget({ title: `${subject}: ${title}`, width: 6, height: HEIGHT, ...props });
}

function skips(deployed: DeployedService): LogQueryWidget {
  return table(deployed, { title: 'skipped ticks by reason', query: SKIPS, width: 6 });
}

function failures(deployed: DeployedService): LogQueryWidget {
  return table(deployed, { title: 'last failures', query: lastFailures(FAILURES), width: FULL_WIDTH });
}

function table(
  deployed: DeployedService,
  { title, query, width }: { readonly title: string; readonly query: LogQuery; readonly width: number },
): LogQueryWidget {
  const { service, groupName } = deployed;
  return new LogQueryWidget({
    title: `${service.name}: ${title}`,
    logGroupNames: [deployed.logGroup.logGroupName],
    queryString: queryText(groupName === undefined ? query : ofService(service.name, query)),
    view: LogQueryVisualizationType.TABLE,
    region: Stack.of(deployed).region,
    width,
    height: HEIGHT,
  });
}

function text(markdown: string, height: number): TextWidget {
  return new TextWidget({ markdown, width: FULL_WIDTH, height, background: TextWidgetBackground.TRANSPARENT });
}
