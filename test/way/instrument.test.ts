import { describe, expect, it } from 'vitest';
import type { Call } from './figures.ts';
import { instrumented } from './instrument.ts';

describe('an instrumented source', () => {
  it.each([
    ['a declaration', 'function one() {} one();', 'one'],
    ['an arrow function in a variable', 'const one = () => 1; one();', 'one'],
    ['a function expression in a variable', 'const one = function () {}; one();', 'one'],
    ['a function expression with a name of its own', '(function one() {})();', 'one'],
    ['a function in a property', 'const it = { one: () => 1 }; it.one();', 'one'],
    ['a method of an object', 'const it = { one() {} }; it.one();', 'one'],
    ['a getter', 'const it = { get one() { return 1; } }; it.one;', 'one'],
    ['a method of a class', 'class It { one() {} } new It().one();', 'one'],
    ['a private method', 'class It { #one() {} two = this.#one(); } new It();', 'one'],
    ['a constructor', 'class It { constructor() {} } new It();', 'constructor'],
    ['a function in a field of a class', 'class It { one = () => 1; } new It().one();', 'one'],
    ['a function assigned to a variable', 'let one; one = () => 1; one();', 'one'],
    ['a function assigned to a property', 'const it = {}; it.one = () => 1; it.one();', 'one'],
    ['the default of a parameter', '(({ one = () => 1 }) => one)({})();', 'one'],
  ])('notes %s by its name', (_, source, name) => {
    expect(callsOf(source)).toContainEqual({ file: 'lib/it.ts', name, named: true });
  });

  it.each([
    ['an argument', '[1].map((x) => x);'],
    ['what a function returns', 'const make = () => () => 1; const made = make(); globalThis.way = []; made();'],
    ['one that is called at once', '(() => 1)();'],
    ['one behind an operator', 'const one = undefined ?? (() => 1); one();'],
  ])('notes %s as a function without a name', (_, source) => {
    expect(callsOf(source)).toEqual([{ file: 'lib/it.ts', name: '', named: false }]);
  });

  it('gives what it gave before', () => {
    const source = `
      const nested = (a) => (b) => ({ sum: a + b });
      async function later() { return await (async () => nested(1)(2))(); }
      result = later();`;

    return expect(ran(source).result).resolves.toEqual({ sum: 3 });
  });

  it('notes a call when the function is entered, and not when it goes on after waiting', async () => {
    const { calls, result } = ran(`
      const one = async () => { await undefined; two(); };
      function two() {}
      result = one();`);

    expect(calls.map(({ name }) => name)).toEqual(['one']);
    await result;
    expect(calls.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('leaves types and overloads alone', () => {
    const source = 'declare function one(): void; type Two = () => void; interface It { three(): void }';

    expect(instrumented('lib/it.ts', source)).toBe(source);
  });

  it('keeps its place in a source with characters of more than one byte', () => {
    expect(callsOf("const text = '…€😀'; function one() {} one();")).toHaveLength(1);
  });

  it('notes nothing where nobody listens', () => {
    expect(() => new Function(instrumented('lib/it.ts', 'function one() {} one();'))()).not.toThrow();
  });

  it('is refused if it is no TypeScript', () => {
    expect(() => instrumented('lib/it.ts', 'const = 1;')).toThrow(/^lib\/it\.ts: /);
  });
});

function callsOf(source: string): readonly Call[] {
  return ran(source).calls;
}

/** Runs the source, instrumented, with a `globalThis` of its own: what it noted, and what it left in `result`. */
function ran(source: string): { calls: readonly Call[]; result: unknown } {
  const scope: { way: Call[] } = { way: [] };
  const run = new Function('globalThis', `let result; ${instrumented('lib/it.ts', source)}; return result;`);
  const result: unknown = run(scope);
  return { calls: scope.way, result };
}
