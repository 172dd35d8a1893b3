/** A dashboard that shows all services, a row each. */
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
import { lastFailures, queryText, SKIPS } from './log-queries.ts';
import type { ScheduledService } from './scheduled-service.ts';

/** The services of a dashboard. */
export interface ServicesDashboardProps {
  /** The services, one row each in this order; with none there is no dashboard. */
  readonly services: readonly ScheduledService[];
  /** Shown in the heading. */
  readonly stage: string;
}

/** CloudWatch allows no more in one dashboard. */
const MOST_WIDGETS = 500;
const WIDGETS_A_SERVICE = 7;
/** An account runs no more queries of logs at a time, those of an open dashboard included. */
const MOST_QUERIES = 100;
const QUERIES_A_SERVICE = 2;
/** Services beyond these begin a further dashboard. */
const MOST_SERVICES = Math.floor(Math.min((MOST_WIDGETS - 1) / WIDGETS_A_SERVICE, MOST_QUERIES / QUERIES_A_SERVICE));

const FULL_WIDTH = 24;
const HEIGHT = 5;
/** The number of last failures that fit below the graphs. */
const FAILURES = 10;
/** A streak or a halt may have no newer sample than this: then its newest point is further back. */
const WINDOW = Duration.minutes(5);

/** Streak, halts, duration, errors, skips and the last failures of every service, over the last day. */
export class ServicesDashboard extends Construct {
  /** One, and another for every 50 services more. */
  readonly dashboards: readonly Dashboard[];

  constructor(scope: Construct, id: string, props: ServicesDashboardProps) {
    super(scope, id);
    const parts = Math.ceil(props.services.length / MOST_SERVICES);
    this.dashboards = Array.from({ length: parts }, (_none, part) => this.#makeDashboard(part, props));
  }

  #makeDashboard(part: number, { services, stage }: ServicesDashboardProps): Dashboard {
    const shown = services.slice(part * MOST_SERVICES, (part + 1) * MOST_SERVICES);
    return new Dashboard(this, part === 0 ? 'Dashboard' : `Dashboard${part + 1}`, {
      defaultInterval: Duration.days(1),
      widgets: [[this.#heading(stage)], ...shown.flatMap((service) => rowsOf(service))],
    });
  }

  #heading(stage: string): TextWidget {
    return text(
      `# Tickover, stage ${stage}\nOne row a service. What happened to one: the saved queries of Logs Insights under \`Tickover-${stage}\`. ` +
        'Changes made here are lost with the next deploy.',
      2,
    );
  }
}

/** A heading with the function's name, the graphs, and below them the last failures. */
function rowsOf(deployed: ScheduledService): IWidget[][] {
  const { service, function: lambda } = deployed;
  return [
    [text(`## ${service.name}\nFunction \`${lambda.functionName}\``, 2)],
    [streak(deployed), halted(deployed), duration(deployed), errors(deployed), skips(deployed)],
    [failures(deployed)],
  ];
}

function streak(deployed: ScheduledService): GraphWidget {
  const { consecutive } = deployed.service.policy;
  return graph(deployed, {
    title: 'failures since the last success',
    left: [deployed.metricFailureStreak({ label: 'streak', period: WINDOW })],
    leftAnnotations: [{ value: consecutive, label: 'failing' }],
  });
}

function halted(deployed: ScheduledService): GraphWidget {
  return graph(deployed, {
    title: 'halted',
    left: [deployed.metricHalted({ label: 'halted', period: WINDOW })],
    leftYAxis: { min: 0, max: 1 },
    width: 4,
  });
}

function duration(deployed: ScheduledService): GraphWidget {
  return graph(deployed, {
    title: 'duration of an invocation',
    left: [
      deployed.metricDuration({ label: 'average', statistic: 'Average', period: WINDOW }),
      deployed.metricDuration({ label: 'longest', statistic: 'Maximum', period: WINDOW }),
    ],
  });
}

function errors(deployed: ScheduledService): GraphWidget {
  return graph(deployed, {
    title: 'invocations that ended in an error',
    left: [deployed.metricErrors({ label: 'errors', statistic: 'Sum', period: WINDOW })],
    leftYAxis: { min: 0 },
  });
}

function graph(
  { service }: ScheduledService,
  { title, ...props }: ConstructorParameters<typeof GraphWidget>[0],
): GraphWidget {
  return new GraphWidget({ title: `${service.name}: ${title}`, width: 5, height: HEIGHT, ...props });
}

function skips(deployed: ScheduledService): LogQueryWidget {
  return table(deployed, { title: 'skipped ticks by reason', query: queryText(SKIPS), width: 5 });
}

function failures(deployed: ScheduledService): LogQueryWidget {
  return table(deployed, { title: 'last failures', query: queryText(lastFailures(FAILURES)), width: FULL_WIDTH });
}

function table(
  deployed: ScheduledService,
  { title, query, width }: { readonly title: string; readonly query: string; readonly width: number },
): LogQueryWidget {
  return new LogQueryWidget({
    title: `${deployed.service.name}: ${title}`,
    logGroupNames: [deployed.logGroup.logGroupName],
    queryString: query,
    view: LogQueryVisualizationType.TABLE,
    region: Stack.of(deployed).region,
    width,
    height: HEIGHT,
  });
}

function text(markdown: string, height: number): TextWidget {
  return new TextWidget({ markdown, width: FULL_WIDTH, height, background: TextWidgetBackground.TRANSPARENT });
}
