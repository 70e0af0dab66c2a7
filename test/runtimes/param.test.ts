import { paramsProblem, settingsOf, wireParams } from '../../src/runtimes';
import type { ParamTable } from '../../src/runtimes';

const TABLE: ParamTable = {
  repo: { type: 'text', required: true, description: 'Repository.', pattern: /^\w+\/\w+$/, example: 'acme/llm' },
  method: { type: 'text', default: 'lora', values: ['lora', 'full'], description: 'What is trained.' },
  include: { type: 'list', description: 'Files.' },
  epochs: { type: 'number', default: 1, minimum: 0, description: 'Epochs.' },
  rank: { type: 'integer', default: 16, minimum: 1, maximum: 64, description: 'Rank.' },
  packing: { type: 'boolean', default: false, description: 'Packing.' },
};

describe('params of a ready-made program', () => {
  const problem = (params: Record<string, string | number>) => paramsProblem('sft', TABLE, params);

  test('are taken as the wire has them, numbers also as text', () => {
    expect(problem({ repo: 'acme/llm', epochs: '0.5', rank: 8, packing: 'true', include: 'a,b' })).toBeUndefined();
  });

  test.each([
    [{ repo: 'acme/llm', epoch: 1 }, 'sft has no param epoch; did you mean epochs?'],
    [{ repo: 'acme/llm', zzzzzzzz: 1 }, 'sft has no param zzzzzzzz; use one of repo, method, include, epochs, rank, packing'],
    [{}, 'sft needs the param repo; set it: Repository'],
    [{ repo: '' }, 'sft needs the param repo; set it: Repository'],
    [{ repo: 'llm' }, 'param repo of sft is "llm"; give for example acme/llm'],
    [{ repo: 'acme/llm', method: 'lore' }, 'param method of sft is "lore"; did you mean lora? give one of lora, full'],
    [{ repo: 'acme/llm', rank: 1.5 }, 'param rank of sft is 1.5; give a whole number from 1 to 64'],
    [{ repo: 'acme/llm', rank: 65 }, 'param rank of sft is 65; give a whole number from 1 to 64'],
    [{ repo: 'acme/llm', epochs: 'many' }, 'param epochs of sft is "many"; give a number, 0 or more'],
    [{ repo: 'acme/llm', epochs: '' }, 'param epochs of sft is ""; give a number, 0 or more'],
    [{ repo: 'acme/llm', packing: 'yes' }, 'param packing of sft is "yes"; give true or false'],
  ])('%j is refused', (params, message) => {
    expect(problem(params as Record<string, string | number>)).toBe(message);
  });

  test('a program without params says so', () => {
    expect(paramsProblem('jupyter', {}, { x: 1 })).toBe('jupyter has no param x; leave it out, for it has none');
  });

  test('a name of Object.prototype is not a param', () => {
    expect(problem({ repo: 'acme/llm', constructor: 'x' })).toMatch(/^sft has no param constructor/);
  });
});

test('settings are complete, and typed', () => {
  expect(settingsOf(TABLE, { repo: 'acme/llm', epochs: '0.5', packing: 'true' }))
    .toEqual({ repo: 'acme/llm', method: 'lora', include: '', epochs: 0.5, rank: 16, packing: true });
});

test('settings become params whose types survive into params.json', () => {
  expect(wireParams({ a: 'x', b: 0.5, c: true, d: 3 })).toEqual({ params: { a: 'x', b: '0.5', c: 'true', d: 3 }, literalParams: ['b', 'c'] });
});
