/** The services of a directory outside of the repository, as a stack deploys them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, AssetStaging, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { ServiceGroup } from '../../../infra/constructs/group/service-group.ts';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import { TickoverServices, type TickoverServicesProps } from '../../../infra/constructs/services/tickover-services.ts';
import { mixedProject, project, removeProjects, serviceText } from '../../bundling/kit.ts';
import {
  emptyStack,
  newApp,
  removeOutputs,
  resourceLike,
  resourcesOf,
  rightsOf,
  templateOf,
} from '../../support/stack-kit.ts';

afterAll(() => {
  removeOutputs();
  removeProjects();
});

const poll = (before = '') => serviceText("name: 'poll', interval: '5m', workload: async () => {}", before);
const report = serviceText("name: 'report', interval: '1d', cron: '0 9 * * ? *', workload: async () => {}");
const FILES = { 'services/poll.ts': poll(), 'services/report.ts': report };

function made(
  props: Partial<TickoverServicesProps> = {},
  files: Readonly<Record<string, string>> = FILES,
  app: App = newApp(),
) {
  const root = project(files);
  const stack = emptyStack(app);
  const services = new TickoverServices(stack, 'Services', {
    directory: join(root, 'services'),
    alarmEmail: 'a@example.com',
    ...props,
  });
  return { root, stack, services };
}

const variablesOf = (stack: Stack, part: string) =>
  (resourceLike(templateOf(stack), 'AWS::Lambda::Function', part).Properties['Environment'] as { Variables: unknown })
    .Variables;

describe('the services of a directory', () => {
  test('are deployed with one table, watchdog, topic, queue, schedule group, and an alarm each', () => {
    const { stack, services } = made();
    const template = templateOf(stack);
    const count = (type: string) => resourcesOf(template, type).length;

    expect(services.services.map(({ service }) => service.name)).toEqual(['poll', 'report', 'watch-services']);
    expect(
      ['AWS::Lambda::Function', 'AWS::Scheduler::Schedule', 'AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'].map(
        count,
      ),
    ).toEqual([3, 3, ...(count('AWS::DynamoDB::Table') === 1 ? [0, 1] : [1, 0])]);
    expect(['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::Scheduler::ScheduleGroup'].map(count)).toEqual([1, 1, 1]);
    expect(
      resourcesOf(template, 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties['ScheduleExpression']),
    ).toEqual(expect.arrayContaining(['cron(0 9 * * ? *)']));
    expect(Object.keys(services.get('poll').alarms)).toEqual(['unhealthy']);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('are written in every kind of file, and their bundles have what each needs', () => {
    const root = mixedProject();
    const stack = emptyStack(newApp({}));
    const { services } = new TickoverServices(stack, 'Services', { directory: join(root, 'services') });
    const codeOf = (name: string) => {
      const found = services.find(({ service }) => service.name === name);
      const staging = found?.node.findAll().find((child) => child instanceof AssetStaging);
      return readFileSync(join(staging?.absoluteStagedPath ?? '', 'index.mjs'), 'utf8');
    };

    expect(services.map(({ service }) => service.name)).toEqual([
      ...['common', 'compiled', 'module', 'paths', 'required', 'typed', 'watch-services'],
    ]);
    expect(codeOf('paths')).toContain('from the paths');
  });

  test('are found by name, and a right is granted to one as to any function', () => {
    const { stack, services } = made();
    const bucket = new Bucket(stack, 'Bucket');
    bucket.grantRead(services.get('poll'));

    expect(JSON.stringify(rightsOf(templateOf(stack), 'pollFunctionRole'))).toContain('s3:GetObject');
    expect(() => services.get('pol')).toThrow(
      "Theirs/Services: service: expected only poll, report, watch-services, got 'pol'; did you mean 'poll'?",
    );
  });

  test('get their settings, variables and grants by name', () => {
    const granted: string[] = [];
    const { stack, services } = made({
      environment: { STAGE: 'test', BOTH: 'all' },
      services: {
        poll: { environment: { BOTH: 'own' }, memorySize: 512, interval: '10m' },
        report: { enabled: false },
      },
      grants: { poll: (lambda) => granted.push(lambda.node.path), report: () => granted.push('none') },
    });

    expect(services.services.map(({ service }) => service.name)).toEqual(['poll', 'watch-services']);
    expect(services.get('poll').service.schedule.interval).toBe(600_000);
    expect(variablesOf(stack, 'poll')).toMatchObject({ STAGE: 'test', BOTH: 'own' });
    expect(variablesOf(stack, 'watchservices')).not.toHaveProperty('STAGE');
    expect(granted).toEqual([services.get('poll').function.node.path]);
  });

  test('may read the secrets that they name, and have the code for that, and no other service has', () => {
    const options = "name: 'poll', interval: '5m', secrets: { API_TOKEN: 'ssm:/poll/token' }, workload: async () => {}";
    const { stack } = made({}, { 'services/poll.ts': serviceText(options), 'services/report.ts': report });
    const grants = (part: string) => JSON.stringify(rightsOf(templateOf(stack), part)).includes('ssm:GetParameter');

    expect({ poll: grants('pollFunctionRole'), report: grants('reportFunctionRole') }).toEqual({
      poll: true,
      report: false,
    });
  });

  test('can share a function', () => {
    const { stack, services } = made(
      { services: { poll: { group: 'small' }, report: { group: 'small' } } },
      FILES,
      newApp({}),
    );
    const staging = services.groups[0]?.node.findAll().find((child) => child instanceof AssetStaging);

    expect(resourcesOf(templateOf(stack), 'AWS::Lambda::Function')).toHaveLength(2);
    expect(services.get('poll').function).toBe(services.get('report').function);
    expect(existsSync(join(staging?.absoluteStagedPath ?? '', 'index.mjs'))).toBe(true);
  });

  test('find their variables while they are read, of which one that only the deploy knows has a placeholder', () => {
    const read = "const url = new URL(process.env['QUEUE_URL'] ?? ''); if (process.env['STAGE'] !== 'test') throw url;";
    const stack = emptyStack();
    const bucket = new Bucket(stack, 'Bucket');
    const root = project({ 'services/poll.ts': poll(read) });
    const services = new TickoverServices(stack, 'Services', {
      directory: join(root, 'services'),
      environment: { STAGE: 'test' },
      services: { poll: { environment: { QUEUE_URL: bucket.bucketWebsiteUrl } } },
    });

    expect(services.get('poll').service.name).toBe('poll');
  });
});

describe('refused are', () => {
  const refusal = (props: Partial<TickoverServicesProps>, files?: Readonly<Record<string, string>>) => {
    try {
      made(props, files);
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };

  test('settings, grants and props of a function for services that there are not', () => {
    expect(refusal({ services: { pol: {} }, grants: { polls: () => {} }, functionPropsOf: { other: {} } })).toBe(
      "TickoverServices 'Theirs/Services': services: expected only poll, report, watch-services, got 'pol'; " +
        "grants: expected only poll, report, watch-services, got 'polls'; " +
        "functionPropsOf: expected only poll, report, watch-services, got 'other'",
    );
  });

  test('unknown options, and unknown settings of a service', () => {
    expect(refusal({ directorys: 'x', services: { poll: { memory: 1 } } } as never)).toMatch(
      /^TickoverServices 'Theirs\/Services': directorys: .*services\.poll\.memory: /,
    );
  });

  test('two files of one service, and one with the name of the watchdog', () => {
    const named = (name: string) => serviceText(`name: '${name}', interval: '1m', workload: async () => {}`);

    expect(refusal({}, { 'services/one.ts': poll(), 'services/two.ts': poll() })).toContain(
      "name: expected one service of each name, got 'poll' twice",
    );
    expect(refusal({}, { 'services/watch.ts': named('watch-services') })).toContain(
      "name: expected a name other than that of the watchdog, got 'watch-services'",
    );
  });

  test('files that can not be read, by their names', () => {
    expect(refusal({}, { 'services/poll.ts': "throw new Error('no');" })).toBe(
      'services: services/poll.ts: Error: no (thrown at services/poll.ts:1:7)',
    );
  });
});

describe('a service of one file', () => {
  const root = () => project(FILES);

  test('is deployed by its construct without an entry, with the build that it has in a group', () => {
    const directory = root();
    const file = join(directory, 'services/report.ts');
    const single = emptyStack(newApp({}));
    const made = new ScheduledService(single, 'Report', { file });
    const grouped = new ServiceGroup(emptyStack(newApp({})), 'Small', {
      services: [{ file }, { file: join(directory, 'services/poll.ts') }],
    });

    expect(made.service.schedule.cron).toBe('0 9 * * ? *');
    const { TICKOVER_BUILD: build } = variablesOf(single, 'Report') as Record<string, string>;
    expect(readFileSync(grouped.entry, 'utf8')).toContain(`"report": { build: "${build}"`);
  });

  test('has a build that is equal from two directories', () => {
    const buildOf = () => {
      const stack = emptyStack(newApp({}));
      new ScheduledService(stack, 'Poll', { file: join(root(), 'services/poll.ts') });
      return (variablesOf(stack, 'Poll') as Record<string, string>)['TICKOVER_BUILD'];
    };

    expect(buildOf()).toBe(buildOf());
  });

  test('is refused beside an entry, and where it is missing', () => {
    const file = join(root(), 'services/poll.ts');

    expect(() => new ScheduledService(emptyStack(), 'Poll', { file, entry: file })).toThrow(
      "service 'poll': entry: expected none beside `file`, whose handler is generated, got",
    );
    expect(() => new ScheduledService(emptyStack(), 'Poll', { file: 'gone.ts' })).toThrow(
      "service 'gone': file: expected a file that exports a service, got 'gone.ts'",
    );
  });
});
