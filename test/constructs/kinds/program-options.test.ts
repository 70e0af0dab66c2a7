import { DatasetShape, Dataset, Engine, Loader, Model, Quantizer, Trainer, Workbench } from '../../../src';
import { messageOf, workspace } from '../fixtures';

type Factory = (...args: unknown[]) => unknown;

/** All factories, by what a caller writes; those of loaders have where from first. */
const FACTORIES = Object.entries({ Loader, Trainer, Quantizer, Engine, Workbench, DatasetShape }).flatMap(([owner, factory]) => (
  Object.getOwnPropertyNames(factory)
    .filter((name) => !name.startsWith('_') && typeof (factory as unknown as Record<string, unknown>)[name] === 'function')
    .map((name) => ({ name: `${owner}.${name}`, call: (factory as unknown as Record<string, Factory>)[name] as Factory, before: owner === 'Loader' ? ['a/b'] : [] }))));

const WITHOUT_OPTIONS = ['Loader.oci', 'Loader.ollama', 'Workbench.jupyter', 'Workbench.vscode'];

describe('options of a ready-made program that are none', () => {
  test.each(FACTORIES.filter(({ name }) => !WITHOUT_OPTIONS.includes(name)))('$name says so', ({ name, call, before }) => {
    for (const [wrong, shown] of [[null, 'null'], ['x', "'x'"], [7, '7'], [[], '[]']] as const) {
      const expected = name === 'Quantizer.auto' ? `Quantizer.auto is ${shown}; give an object with any of gpu, gpuCount, contextLength`
        : `options of ${name} are ${shown}; give an object, or leave them out`;
      expect(messageOf(() => call(...before, wrong))).toBe(expected);
    }
  });

  test('there are many', () => {
    expect(FACTORIES.length).toBeGreaterThan(20);
  });
});

describe('a token', () => {
  test.each([
    ['Loader.huggingFace', 'hf_abc'], ['Loader.modelScope', 'ms-abc'], ['Loader.huggingFace', ''], ['Loader.huggingFace', null], ['Loader.huggingFace', 7],
  ])('of %s that is %j and not a reference is an error that does not show it', (factory, token) => {
    const load = factory === 'Loader.huggingFace' ? Loader.huggingFace : Loader.modelScope;
    expect(messageOf(() => load('a/b', { token: token as string })))
      .toBe(`token of ${factory} is not a reference to a Secret; put the token in one and write \${{ secrets.<name>.<key> }}`);
  });
});

describe('where a program loads from', () => {
  test.each<[string, () => Loader, string]>([
    ['null', () => Loader.huggingFace(null as never), 'param repo is null; give a string, a number or a boolean'],
    ['a number', () => Loader.ollama(7 as never), 'param model of ollama is 7; give for example qwen3:0.6b'],
    ['an object', () => Loader.oci({} as never), 'param reference is {}; give a string, a number or a boolean'],
    ['nothing', () => Loader.huggingFace(undefined as never), 'huggingface needs the param repo; set it: Repository, such as Qwen/Qwen3-0.6B'],
  ])('%s is an error', (_, loader, message) => {
    expect(messageOf(() => new Model(workspace(), 'm', { loader: loader() }))).toBe(`[team-a/m] ${message}`);
    expect(messageOf(() => new Dataset(workspace(), 'd', { loader: loader() }))).toBe(`[team-a/d] ${message}`);
  });
});

test('the quantizer of a Model that is declared elsewhere is one that there is', () => {
  expect(messageOf(() => Model.fromModelAttributes(workspace(), 'x', { modelName: 'x', modelQuantization: 'fp9' })))
    .toBe("[team-a/x] modelQuantization is 'fp9'; use one of fp8, int8, int4, nvfp4, gguf");
  expect(messageOf(() => Model.fromModelAttributes(workspace(), 'x', { modelName: 'x', modelQuantization: 'vllm' })))
    .toBe("[team-a/x] modelQuantization is 'vllm'; use one of fp8, int8, int4, nvfp4, gguf");
});
