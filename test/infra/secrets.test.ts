/** A function may read the secrets that its services name, and nothing else. */
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceGroup } from '../../infra/constructs/group/service-group.ts';
import { ScheduledService, type ScheduledServiceProps } from '../../infra/constructs/scheduled-service.ts';
import type { Service } from '../../lib/service/index.ts';
import {
  ENTRY,
  emptyStack,
  entryOf,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourcesOf,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The ARN as text, with the parts that CloudFormation fills in as words. */
function asText(resource: unknown): string {
  const { 'Fn::Join': [, parts] = ['', [resource]] } = resource as { 'Fn::Join'?: [string, unknown[]] };
  return parts.map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`)).join('');
}

function statementsOf(stack: ReturnType<typeof emptyStack>): Statement[] {
  const roles = resourcesOf(templateOf(stack), 'AWS::IAM::Role') as readonly {
    readonly Properties: { readonly Policies?: readonly { readonly PolicyDocument: { Statement: Statement[] } }[] };
  }[];
  return roles.flatMap(({ Properties }) =>
    (Properties.Policies ?? []).flatMap((each) => each.PolicyDocument.Statement),
  );
}

const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();

/** The resources of each action on secrets. */
function rightsIn(stack: ReturnType<typeof emptyStack>): Record<string, string[]> {
  const own = statementsOf(stack).filter((each) =>
    actionsOf(each).some((action) => /^(?:ssm|secretsmanager):/.test(action)),
  );
  return Object.fromEntries(own.map((each) => [actionsOf(each).join(), [each.Resource].flat().map(asText)]));
}

function deployed(service: Service, props: Partial<ScheduledServiceProps> = {}) {
  const stack = emptyStack();
  new ScheduledService(stack, 'Idle', { service, entry: ENTRY, watched: true, ...props });
  return stack;
}

const HERE = '<AWS::Region>:<AWS::AccountId>';

describe('a service with secrets', () => {
  it('may read each named one, in its own account and region unless an ARN says otherwise', () => {
    const service = idle({
      secrets: {
        A: 'ssm:/prod/token',
        B: 'ssm:plain:3',
        C: 'ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/shared/x:label',
        D: 'secretsmanager:prod/db#user',
        E: 'secretsmanager:prod/db#password',
        F: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:whole-AbCdEf#key',
        G: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:partial',
      },
    });

    expect(rightsIn(deployed(service))).toEqual({
      'ssm:GetParameter': [
        'arn:aws:ssm:eu-west-1:123456789012:parameter/shared/x',
        `arn:<AWS::Partition>:ssm:${HERE}:parameter/plain`,
        `arn:<AWS::Partition>:ssm:${HERE}:parameter/prod/token`,
      ],
      'secretsmanager:GetSecretValue': [
        'arn:aws:secretsmanager:eu-west-1:123456789012:secret:partial-??????',
        'arn:aws:secretsmanager:eu-west-1:123456789012:secret:whole-AbCdEf',
        `arn:<AWS::Partition>:secretsmanager:${HERE}:secret:prod/db-??????`,
      ],
    });
  });

  it('gets no such right if it names none, and only the one that it needs', () => {
    expect(rightsIn(deployed(idle()))).toEqual({});
    expect(Object.keys(rightsIn(deployed(idle({ secrets: { A: 'ssm:/a' } }))))).toEqual(['ssm:GetParameter']);
  });

  it('may use the given keys through the store of its secrets alone', () => {
    const stack = emptyStack();
    const secretKeys = [Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1')];
    new ScheduledService(stack, 'Idle', {
      service: idle({ secrets: { A: 'ssm:/a' } }),
      entry: ENTRY,
      secretKeys,
      watched: true,
    });
    const statements = statementsOf(stack).filter((each) =>
      actionsOf(each).some((action) => action.startsWith('kms:')),
    );

    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:eu-west-1:123456789012:key/1',
      Condition: { StringEquals: { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' } },
    });
  });

  it('may use the keys that its stack gets, alone and in a group', () => {
    const app = newApp();
    const secretKeys = [Key.fromKeyArn(emptyStack(app), 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1')];
    const named = ['alone', 'grouped', 'open'] as const;
    const stack = newStack(app, {
      secretKeys,
      catalog: named.map((name) => entryOf(idle({ name, ...(name === 'open' ? {} : { secrets: { A: 'ssm:/a' } }) }))),
      settings: settingsOf({ stage: 'test', services: { grouped: { group: 'both' } } }),
    });
    const uses = statementsOf(stack).filter(({ Resource }) => Resource === 'arn:aws:kms:eu-west-1:123456789012:key/1');

    expect(uses.map(({ Action }) => Action)).toEqual(['kms:Decrypt', 'kms:Decrypt']);
  });

  it('gets no right on a key without secrets', () => {
    const stack = emptyStack();
    const secretKeys = [Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1')];
    new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY, secretKeys, watched: true });

    expect(JSON.stringify(statementsOf(stack))).not.toContain('kms:');
  });

  it('passes the rules of AWS for solutions: no right has a star', () => {
    const secrets = { A: 'ssm:/a', B: 'secretsmanager:b' } as const;
    const findings = (service: Service) => {
      const stack = deployed(service);
      return new AwsSolutionsChecks(stack).validateScope(stack).violations.map(({ ruleName }) => ruleName);
    };

    expect(findings(idle({ secrets }))).toEqual(findings(idle()));
    expect(JSON.stringify(rightsIn(deployed(idle({ secrets }))))).not.toContain('*');
  });

  it('is refused with a variable of the name of a secret, which everybody with the configuration could read', () => {
    const service = idle({ secrets: { TOKEN: 'ssm:/token' } });

    expect(() => deployed(service, { environment: { TOKEN: 'x' } })).toThrow(
      'environment.TOKEN: expected none, since it is a secret, got one',
    );
  });
});

describe('a group with secrets', () => {
  it('may read those of all its services, each once', () => {
    const stack = emptyStack();
    new ServiceGroup(stack, 'Small', {
      watched: true,
      services: [
        { service: idle({ name: 'one', secrets: { A: 'ssm:/shared', B: 'ssm:/one' } }), entry: ENTRY },
        { service: idle({ name: 'two', secrets: { X: 'ssm:/shared', Y: 'secretsmanager:two' } }), entry: ENTRY },
      ],
    });

    expect(rightsIn(stack)).toEqual({
      'ssm:GetParameter': [
        `arn:<AWS::Partition>:ssm:${HERE}:parameter/one`,
        `arn:<AWS::Partition>:ssm:${HERE}:parameter/shared`,
      ],
      'secretsmanager:GetSecretValue': [`arn:<AWS::Partition>:secretsmanager:${HERE}:secret:two-??????`],
    });
  });
});
