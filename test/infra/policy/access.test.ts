/** Least privilege, judged on what is synthesised: what each service's function may do with whose items. */
import { describe, expect, test } from 'vitest';
import { synthesised } from '../../support/stack-kit.ts';
import { accessLines, allowedCalls } from './access-table.ts';
import { judge } from './evaluator.ts';
import { listed } from './statement.ts';
import { asDeployed, askings, functionRole, idOf, itemsOf, namesOf, serviceOf } from './subject.ts';
import { arnOf, ofType, type Template } from './template.ts';

const WATCHDOG = 'watch-services';
const ENGINE = ['GetItem', 'PutItem', 'UpdateItem', 'Query'];

const subject = asDeployed();

const service = (name: string) => serviceOf(subject, name);
const names = () => namesOf(subject);
const others = (name: string) => names().filter((other) => other !== name);

describe('what a function may do with items of the state table', () => {
  test('is printed as a table', () => {
    const lines = accessLines(askings(subject));
    console.log(lines.join('\n'));

    expect(lines).toHaveLength(1 + names().length ** 2 * 3);
  });

  test('is, with its own, what the engine does and nothing else', () => {
    const own = names().flatMap((name) =>
      itemsOf(subject, 'its own', name).map((target) => [
        name,
        allowedCalls(functionRole(subject, service(name)), target),
      ]),
    );

    expect(own).toHaveLength(names().length * 3);
    for (const [name, allowed] of own) {
      const expected = name === WATCHDOG ? [expect.toBeOneOf([ENGINE, [...ENGINE, 'BatchGetItem']])] : [ENGINE];
      expect([allowed]).toEqual(expected);
    }
  });

  test("is, with another's, nothing; the watchdog reads them by BatchGetItem, and the records of one by Query", () => {
    const strange = names().flatMap((name) =>
      others(name).flatMap((other) =>
        itemsOf(subject, other, other).map((target) => ({
          name,
          allowed: allowedCalls(functionRole(subject, service(name)), target),
        })),
      ),
    );

    expect(strange.length).toBeGreaterThan(0);
    for (const { name, allowed } of strange)
      expect(allowed).toEqual(name === WATCHDOG ? ['Query', 'BatchGetItem'] : []);
  });

  test.each(['check-endpoints', 'mark-late-runs', WATCHDOG])(
    "the role of %s may do nothing when a stranger's item is among its own",
    (name) => {
      for (const target of itemsOf(subject, 'mixed', name, 'stranger')) {
        expect(allowedCalls(functionRole(subject, service(name)), target)).toEqual([]);
      }
    },
  );

  test.each(['check-endpoints-2', 'check-endpoint', 'CHECK-ENDPOINTS', '*', ''])(
    'is nothing with the items of %o, which only looks like its own name',
    (lookalike) => {
      for (const target of itemsOf(subject, lookalike, lookalike)) {
        expect(allowedCalls(functionRole(subject, service('check-endpoints')), target)).toEqual([]);
      }
    },
  );

  test('is nothing where a call names no item at all', () => {
    const resource = arnOf(subject.template, idOf(subject.stack.table));
    const granted = names().flatMap((name) => {
      const { permissions: all } = functionRole(subject, service(name));
      const actions = all.flatMap(({ Action }) => listed(Action)).filter((action) => action.startsWith('dynamodb:'));
      return actions.map((action) => judge(all, { action, resource }));
    });

    expect(granted.length).toBeGreaterThanOrEqual(4 * names().length);
    expect(granted.filter((answer) => answer !== 'not allowed')).toEqual([]);
  });

  test('would be noticed: without the Null check a Scan slips through', () => {
    const careful = functionRole(subject, service('check-endpoints'));
    const careless = {
      ...careful,
      permissions: careful.permissions.map(({ Condition, ...rest }) => {
        const { Null: _null, ...conditions } = Condition ?? {};
        return { ...rest, Action: [...listed(rest.Action), 'dynamodb:Scan'], Condition: conditions };
      }),
    };
    const [state] = itemsOf(subject, 'its own', 'check-endpoints');

    expect(state && allowedCalls(careless, state)).toContain('Scan');
  });
});

describe('what a function may do with flow runs', () => {
  const flowRuns = () => {
    const [id = ''] = ofType(subject.template, 'AWS::DynamoDB::Table')
      .map(([each]) => each)
      .filter((each) => each !== idOf(subject.stack.table));
    return arnOf(subject.template, id);
  };
  const anyRun = { what: 'flow runs', keys: ['a'], attributes: ['id'] };

  test('is, for mark-late-runs, to read and update a run, and to query the index', () => {
    const marking = functionRole(subject, service('mark-late-runs'));

    expect(allowedCalls(marking, { ...anyRun, resource: flowRuns() })).toEqual(['GetItem', 'UpdateItem']);
    expect(allowedCalls(marking, { ...anyRun, resource: `${flowRuns()}/index/waiting` })).toEqual(['Query']);
  });

  test('is nothing for every other', () => {
    for (const other of others('mark-late-runs')) {
      for (const resource of [flowRuns(), `${flowRuns()}/index/waiting`]) {
        expect(allowedCalls(functionRole(subject, service(other)), { ...anyRun, resource })).toEqual([]);
      }
    }
  });
});

describe('the role that the services of a group share', () => {
  const GROUP = ['check-endpoints', 'mark-late-runs'];
  const settings = { services: Object.fromEntries(GROUP.map((name) => [name, { group: 'small' }])) };
  const { stack, template } = synthesised(settings);
  const shared = { stack, template: template.toJSON() as Template };
  const role = functionRole(shared, serviceOf(shared, 'check-endpoints'));

  test.each(GROUP)('may do with the items of %s what the engine does and nothing else', (name) => {
    expect(functionRole(shared, serviceOf(shared, name)).id).toBe(role.id);
    for (const target of itemsOf(shared, name, name)) expect(allowedCalls(role, target)).toEqual(ENGINE);
  });

  test.each([[['watch-services']], [['stranger']], [['small']], [['']], [['check-endpoints', 'stranger']]])(
    'may do nothing with the items of %j',
    (keys) => {
      for (const target of itemsOf(shared, 'these', ...keys)) expect(allowedCalls(role, target)).toEqual([]);
    },
  );

  test('leaves the watchdog to read the items of each, and to do nothing else with them', () => {
    const watchdog = functionRole(shared, serviceOf(shared, WATCHDOG));

    for (const name of GROUP)
      for (const target of itemsOf(shared, name, name))
        expect(allowedCalls(watchdog, target)).toEqual(['Query', 'BatchGetItem']);
  });
});
