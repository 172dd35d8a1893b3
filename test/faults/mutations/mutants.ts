// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are code that has such strings
/** Deliberate bugs, each a small change of the code's text that a person could make by mistake and that compiles. */

/** One bug. */
export interface Mutant {
  readonly where: 'acquire' | 'commit' | 'admission' | 'classification' | 'counting';
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly instead: string;
}

const ACQUIRE = 'lib/store/lease-write.ts';
const COMMIT = 'lib/store/state-write.ts';
const CONDITION = 'lib/store/admission-condition.ts';
const ADMIT = 'lib/rules/admission.ts';
const EVIDENCE = 'lib/service/classify-evidence.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    where: 'acquire',
    what: 'the fencing token does not rise',
    file: ACQUIRE,
    text: '[alias.value(0), alias.value(1)]',
    instead: '[alias.value(0), alias.value(0)]',
  },
  {
    where: 'acquire',
    what: 'after a lost answer its own write is taken for a refusal',
    file: ACQUIRE,
    text: "return item?.['leaseOwner'] === owner;",
    instead: "return item?.['leaseOwner'] === `${owner} `;",
  },
  {
    where: 'acquire',
    what: 'any holder of the lease is taken for the process that asks',
    file: ACQUIRE,
    text: "return item?.['leaseOwner'] === owner;",
    instead: "return item?.['leaseOwner'] !== undefined && owner !== '';",
  },
  {
    where: 'acquire',
    what: 'after a lost answer the next fencing token is returned instead of its own',
    file: ACQUIRE,
    text: 'isAfterImage ? state.fence : state.fence + 1',
    instead: 'isAfterImage ? state.fence + 1 : state.fence + 1',
  },
  {
    where: 'acquire',
    what: 'the lease ends with the run, without the lease margin',
    file: 'lib/tick/acquire.ts',
    text: 'Math.ceil(invocation.deadline + service.leaseMargin)',
    instead: 'Math.ceil(invocation.deadline)',
  },
  {
    where: 'acquire',
    what: 'a live lease is taken over',
    file: CONDITION,
    text: "at('leaseUntil', '<=', now)",
    instead: "at('leaseUntil', '>=', 0 * now)",
  },
  {
    where: 'commit',
    what: 'a run that was overtaken may write',
    file: COMMIT,
    text: "`${alias.name('fence')} = ${alias.value(claim.fence)} AND",
    instead: "`${alias.name('fence')} >= ${alias.value(claim.fence)} AND",
  },
  {
    where: 'commit',
    what: 'a resume during the run is overwritten',
    file: COMMIT,
    text: 'const isTheClaims = `${epoch} = ${alias.value(claim.epoch)}`;',
    instead: 'const isTheClaims = `${epoch} >= ${alias.value(claim.epoch)}`;',
  },
  {
    where: 'commit',
    what: 'the pause of an operator is overwritten',
    file: COMMIT,
    text: '      ...(claim.keepsLease ? {} : NO_LEASE),\n      done: claim.fence,',
    instead:
      '      ...(claim.keepsLease ? {} : NO_LEASE),\n      pauseAt: fitted.state.pause?.at,\n      done: claim.fence,',
  },
  {
    where: 'commit',
    what: 'the lease is not freed',
    file: COMMIT,
    text: '      ...(claim.keepsLease ? {} : NO_LEASE),\n      done: claim.fence,',
    instead: '      done: claim.fence,',
  },
  {
    where: 'commit',
    what: 'its own run is later counted as crashed',
    file: COMMIT,
    text: '      done: claim.fence,',
    instead: '      done: claim.fence - 1,',
  },
  {
    where: 'commit',
    what: 'after a lost answer its own write is taken for a refusal',
    file: COMMIT,
    text: 'if (written.item !== undefined && isWritten(written.item, claim, fitted)) return { written: true };',
    instead: '',
  },
  {
    where: 'commit',
    what: 'a released lease is counted as a crash',
    file: COMMIT,
    text: '`${done} = ${done} + ${alias.value(1)}`',
    instead: '`${done} = ${done} + ${alias.value(0)}`',
  },
  {
    where: 'commit',
    what: 'a lease of another process is released',
    file: COMMIT,
    text: "ConditionExpression: `${alias.name('leaseOwner')} = ${alias.value(owner)}`",
    instead: "ConditionExpression: `${alias.name('leaseOwner')} >= ${alias.value(owner.slice(0, 0))}`",
  },
  {
    where: 'admission',
    what: 'a decided tick runs again',
    file: CONDITION,
    text: "at('lastTick', '<', tick.scheduledFor)",
    instead: "at('lastTick', '<=', tick.scheduledFor)",
  },
  {
    where: 'admission',
    what: 'the tick at the end of backing off is skipped',
    file: CONDITION,
    text: "at('notBefore', '<=', tick.scheduledFor)",
    instead: "at('notBefore', '<', tick.scheduledFor)",
  },
  {
    where: 'admission',
    what: 'a pause is ignored',
    file: CONDITION,
    text: "`(${missing('pauseAt')} OR ${at('pauseUntil', '<=', now)})`",
    instead: "`(${missing('pauseAt')} OR ${at('pauseAt', '<=', now)})`",
  },
  {
    where: 'admission',
    what: 'another build lifts a halt only if the halt has an end',
    file: CONDITION,
    text: '${halted} <> ${ours}',
    instead: '${halted} = ${ours}',
  },
  {
    where: 'admission',
    what: 'a manual run without `force` runs during a pause',
    file: CONDITION,
    text: "if (tick.kind === 'manual' && tick.force) return",
    instead: "if (tick.kind === 'manual') return",
  },
  {
    where: 'admission',
    what: 'a decided tick is answered as late',
    file: ADMIT,
    text: 'if (isRunning || state.lastTick === tick.scheduledFor)',
    instead: 'if (isRunning)',
  },
  {
    where: 'admission',
    what: 'a service that is paused and halted is answered as paused',
    file: ADMIT,
    text: "  if (!forced && haltHolds(state.halt, now, build)) return 'halted';\n  if (!forced && pauseHolds(state.pause, now)) return 'paused';",
    instead:
      "  if (!forced && pauseHolds(state.pause, now)) return 'paused';\n  if (!forced && haltHolds(state.halt, now, build)) return 'halted';",
  },
  {
    where: 'classification',
    what: 'a 4xx counts as transient',
    file: EVIDENCE,
    text: 'transient: status >= 500 ||',
    instead: 'transient: status >= 400 ||',
  },
  {
    where: 'classification',
    what: 'a refused connection is fatal',
    file: 'lib/service/classify-codes.ts',
    text: '  /^ECONN/,\n',
    instead: '',
  },
  {
    where: 'classification',
    what: 'an AggregateError is transient if one member is',
    file: EVIDENCE,
    text: 'if (evidence?.transient !== true) return { transient: false };',
    instead: 'if (evidence?.transient !== true) continue;',
  },
  {
    where: 'classification',
    what: 'the cause of an error is not looked at',
    file: EVIDENCE,
    text: "evidenceOf(readProperty(link, 'cause'), depth + 1)",
    instead: "evidenceOf(readProperty(link, 'reason'), depth + 1)",
  },
  {
    where: 'classification',
    what: 'what AWS throttles is fatal',
    file: 'lib/service/classify-aws.ts',
    text: "return isRetryableName(name) || isRetryableName(readProperty(error, 'code')) || undefined;",
    instead: 'return undefined;',
  },
  {
    where: 'classification',
    what: 'a loop service without a workload goes on',
    file: 'lib/service/classify.ts',
    text: "hasCode(error, 'not-implemented') ? 'fatal' : 'failed'",
    instead: "hasCode(error, 'not-implemented') ? 'failed' : 'failed'",
  },
  {
    where: 'classification',
    what: '`classifyTolerant` does not tolerate 429',
    file: 'lib/service/classify.ts',
    text: 'new Set([408, 429])',
    instead: 'new Set([408])',
  },
  {
    where: 'classification',
    what: 'a run that throws after its signal fired is classified by its error',
    file: 'lib/run/deadline.ts',
    text: "if (!signal.aborted) return { kind: 'threw', error, settled: true };",
    instead: "if (!(signal.reason instanceof StoppedError)) return { kind: 'threw', error, settled: true };",
  },
  {
    where: 'counting',
    what: 'the newest crashed run is not counted',
    file: 'lib/tick/crashed-runs.ts',
    text: 'const newest = claim.fence - 1;',
    instead: 'const newest = claim.fence - 2;',
  },
  {
    where: 'counting',
    what: 'a tick runs although the crashes that it counted have halted the service',
    file: 'lib/tick/crashed-runs.ts',
    text: "if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';\n  return",
    instead: 'void forced;\n  void invocation;\n  void startedAt;\n  return',
  },
];
