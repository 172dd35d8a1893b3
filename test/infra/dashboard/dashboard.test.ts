/** The dashboard and the saved queries, as they are synthesised. */
import { beforeAll, describe, expect, test } from 'vitest';
import { SavedQueries } from '../../../infra/constructs/saved-queries.ts';
import { ServicesDashboard } from '../../../infra/constructs/services-dashboard.ts';
import { idOf } from '../policy/subject.ts';
import { propertiesOf, twoServices } from './kit.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: unknown;
  };
}

let widgets: readonly Widget[];
let queries: readonly Readonly<Record<string, unknown>>[];
let ids: { readonly functions: string[]; readonly logs: string[] };
beforeAll(() => {
  const { stack, services } = twoServices();
  new ServicesDashboard(stack, 'Services', { services, stage: 'test' });
  new SavedQueries(stack, 'Queries', { services, folder: 'Tickover-test' });
  const [dashboard] = propertiesOf(stack, 'AWS::CloudWatch::Dashboard');
  const { DashboardBody } = dashboard ?? {};
  widgets = (JSON.parse(String(DashboardBody)) as { widgets: Widget[] }).widgets;
  queries = propertiesOf(stack, 'AWS::Logs::QueryDefinition');
  ids = {
    functions: services.map((service) => idOf(service.function)),
    logs: services.map(({ logGroup }) => idOf(logGroup)),
  };
});

function titled(title: string): Widget {
  const found = widgets.find(({ properties }) => properties.title === title);
  if (found === undefined) throw new Error(`no widget ${title}`);
  return found;
}

describe('the dashboard', () => {
  test('has a row a service, in their order', () => {
    const graphs = (service: string) => [
      `${service}: in trouble`,
      `${service}: invocations, and those that ended in an error`,
      `${service}: duration of an invocation`,
      `${service}: skipped ticks by reason`,
      `${service}: last failures`,
    ];

    expect(widgets.flatMap(({ properties: { title } }) => title ?? [])).toEqual([
      ...graphs('check-endpoints'),
      ...graphs('mark-late-runs'),
    ]);
    expect(
      widgets.filter(({ type }) => type === 'text').map(({ properties: { markdown = '' } }) => markdown.split('\n')[0]),
    ).toEqual(['# Tickover, stage test', '## check-endpoints', '## mark-late-runs']);
  });

  test('shows trouble by the metric that the watchdog writes', () => {
    const [trouble] = titled('mark-late-runs: in trouble').properties.metrics ?? [];

    expect(trouble).toEqual([
      'Tickover-test',
      'Unhealthy',
      'service',
      'mark-late-runs',
      { label: 'in trouble', stat: 'Maximum' },
    ]);
  });

  test("shows durations and errors of each service's own function", () => {
    const [average, longest] = titled('check-endpoints: duration of an invocation').properties.metrics ?? [];
    const [invocations, errors] =
      titled('mark-late-runs: invocations, and those that ended in an error').properties.metrics ?? [];

    expect(average).toEqual(['AWS/Lambda', 'Duration', 'FunctionName', ids.functions[0], { label: 'average' }]);
    expect(longest).toEqual([
      'AWS/Lambda',
      'Duration',
      'FunctionName',
      ids.functions[0],
      { label: 'longest', stat: 'Maximum' },
    ]);
    expect(invocations).toEqual([
      'AWS/Lambda',
      'Invocations',
      'FunctionName',
      ids.functions[1],
      { label: 'invocations', stat: 'Sum' },
    ]);
    expect(errors).toEqual([
      'AWS/Lambda',
      'Errors',
      'FunctionName',
      ids.functions[1],
      { label: 'errors', stat: 'Sum' },
    ]);
  });

  test("asks each service's own log for the last failures", () => {
    expect(titled('mark-late-runs: last failures').properties.query).toBe(
      `SOURCE '${ids.logs[1]}' | fields @timestamp, outcome, streak, errorClass, errorMessage\n` +
        '| filter message = "tick" and ispresent(errorClass)\n' +
        '| display @timestamp, outcome, streak, errorClass, errorMessage\n' +
        '| sort @timestamp desc\n' +
        '| limit 10',
    );
  });

  test("asks each service's own log for skips by reason", () => {
    expect(titled('check-endpoints: skipped ticks by reason').properties.query).toBe(
      `SOURCE '${ids.logs[0]}' | filter message = "tick" and disposition = "skipped"\n` +
        '| stats count(*) as skipped by reason\n' +
        '| sort skipped desc',
    );
  });

  test('has no widget that reaches beyond the 24 columns or lies on another', () => {
    const covered = widgets.flatMap(({ x, y, width, height }) =>
      Array.from(
        { length: width * height },
        (_none, index) => `${x + (index % width)}/${y + Math.floor(index / width)}`,
      ),
    );

    expect(widgets.filter(({ x, width }) => x + width > 24)).toEqual([]);
    expect(new Set(covered).size).toBe(covered.length);
  });
});

describe('services beyond the limits of one dashboard', () => {
  const dashboardsOf = (count: number) => {
    const { stack, services } = twoServices();
    const many = Array.from({ length: count }, () => services.slice(0, 1)).flat();
    return new ServicesDashboard(stack, 'Services', { services: many, stage: 'test' }).dashboards;
  };

  test('get a second one: 50 fit, 51 do not, and for none there is none', () => {
    expect(dashboardsOf(0)).toHaveLength(0);
    expect(dashboardsOf(50)).toHaveLength(1);
    expect(dashboardsOf(51)).toHaveLength(2);
  });
});

describe('the saved queries', () => {
  test('lie in a folder of the stage', () => {
    expect(queries.map(({ Name }) => Name)).toEqual([
      'Tickover-test/What happened to a service',
      'Tickover-test/Failed runs, with stacks',
      'Tickover-test/Halts and crashes',
      'Tickover-test/Skipped ticks by reason',
      'Tickover-test/Durations and lateness',
    ]);
  });

  test('ask the logs of all services', () => {
    expect(queries.map(({ LogGroupNames }) => LogGroupNames)).toEqual(queries.map(() => ids.logs));
  });

  test('show what happened to a service, whose name stands in a line of its own', () => {
    expect(String(queries[0]?.['QueryString']).split('\n')).toEqual([
      'fields @timestamp, message, tick, manual, fence, disposition, reason, outcome, verdict, status, streak, durationMs, latenessMs, nextDue, errorClass, errorMessage, haltCause',
      '| filter message in ["tick", "run crashed"]',
      '| filter service = "check-endpoints"',
      '| sort @timestamp desc',
      '| limit 200',
    ]);
  });

  test('are kept within what CloudFormation takes', () => {
    expect(queries.filter(({ QueryString }) => String(QueryString).length > 10_000)).toEqual([]);
  });
});
