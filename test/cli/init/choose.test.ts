/** The questions of `tickover init`, and the choices that follow from their answers. */
import { describe, expect, test } from 'vitest';
import { type Ask, choose } from '../../../lib/cli/init/choose.ts';
import { examineProject, type Project } from '../../../lib/cli/init/project.ts';

const PROJECT: Project = { ...examineProject('/nowhere/orders'), hasCdkApp: false };

/** Answers the questions in order, and keeps them. */
function answering(...answers: (string | undefined)[]): { ask: Ask; questions: string[] } {
  const questions: string[] = [];
  const ask: Ask = async (question) => {
    questions.push(question);
    return answers.shift();
  };
  return { ask, questions };
}

describe('tickover init', () => {
  test('asks for the name and the CDK app, and empty answers are the defaults', async () => {
    const { ask, questions } = answering('', '');

    expect(await choose(PROJECT, {}, ask)).toEqual({ name: 'orders', cdkApp: true });
    expect(questions).toEqual(['Name of the project [orders]: ', 'Write a CDK app in infra? [Y/n] ']);
  });

  test.each([
    ['n', false],
    ['No', false],
    ['y', true],
    ['yes', true],
  ])('takes the answer %j about the CDK app', async (answer, cdkApp) => {
    expect(await choose(PROJECT, {}, answering('shop', answer).ask)).toEqual({ name: 'shop', cdkApp });
  });

  test('asks nothing that a flag or the project answers', async () => {
    const manifest = { text: '{"name":"orders"}', json: { name: 'orders' } };
    const { ask, questions } = answering();

    expect(await choose({ ...PROJECT, manifest, hasCdkApp: true }, {}, ask)).toEqual({ name: 'orders', cdkApp: false });
    expect(await choose({ ...PROJECT, hasCdkApp: true }, { name: 'other' }, ask)).toMatchObject({ name: 'other' });
    expect(questions).toEqual([]);
  });

  test('takes the defaults if nobody can be asked', async () => {
    expect(await choose(PROJECT, {})).toEqual({ name: 'orders', cdkApp: true });
  });

  test('refuses a name, whether it comes by flag or by answer', async () => {
    await expect(choose(PROJECT, { name: '' })).rejects.toThrow('name: expected a name that npm allows');
    await expect(choose(PROJECT, {}, answering('A B').ask)).rejects.toThrow("got 'A B'; nothing was written");
  });

  test('writes nothing after Ctrl+C at a question', async () => {
    await expect(choose(PROJECT, {}, answering(undefined).ask)).rejects.toThrow('nothing was written');
    await expect(choose(PROJECT, {}, answering('', undefined).ask)).rejects.toThrow('nothing was written');
  });
});
