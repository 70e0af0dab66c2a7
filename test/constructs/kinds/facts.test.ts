import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Size } from 'cdk8s';
import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { Dataset, DatasetShape, Engine, Gpu, Loader, Model, ModelFacts, Platform, Preview, Quantizer, Trainer, TrainingMethod, TrainingOutput } from '../../../src';
import type { ModelNumbers, Workspace } from '../../../src';
import { MODELS } from '../../../src/catalog/models';
import { withEntry } from '../../../src/sizing/facts-file';
import { workspace as emptyWorkspace } from '../fixtures';

const GIB = 2 ** 30;
const CONFIG = fs.readFileSync(path.join(__dirname, '../../sizing/configs/Qwen3-8B.json'), 'utf8');
const NUMBERS: ModelNumbers = {
  name: 'own', parameters: 8e9, weightSize: Size.gibibytes(15), contextLength: 8192, layers: 32, heads: 32, keyValueHeads: 8, hiddenSize: 4096,
};

/** A GKE cluster with nodes of eight H100, and of one L4. */
function workspace(): Workspace {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  return emptyWorkspace(platform);
}

function llama(scope: Construct, size = '8B'): Model {
  const repo = size === '70B' ? 'meta-llama/Llama-3.3-70B-Instruct' : `meta-llama/Llama-3.1-${size}-Instruct`;
  return new Model(scope, `llama-${size.toLowerCase()}`, { loader: Loader.huggingFace(repo, { revision: 'abc', token: '${{ secrets.hub.token }}' }) });
}

const chats = (scope: Construct): Dataset => new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats', { revision: 'abc' }), shape: DatasetShape.messages() });

function errorsOf(scope: Workspace): string[] {
  return scope.node.findAll().flatMap(({ node }) => node.validate());
}

describe('the facts of a model', () => {
  test('are those of its repository, and travel along the chain', () => {
    const scope = workspace();
    const base = llama(scope);
    const tuned = base.finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft(), resources: { gpu: Gpu.NVIDIA_H100 } });
    const fp8 = tuned.quantize('fp8', { quantizer: Quantizer.fp8() });
    const gguf = tuned.quantize('gguf', { quantizer: Quantizer.gguf() });
    expect([base, tuned, fp8, gguf].map(({ modelFacts }) => `${modelFacts?._spec.weights} ${modelFacts?.weightGiB.toFixed(1)}`))
      .toEqual(['bf16 15.0', 'bf16 15.0', 'fp8 8.5', 'gguf 4.6']);
    expect(gguf.modelFacts).toMatchObject({ name: 'meta-llama/Llama-3.1-8B-Instruct', parameters: 8.03e9, contextLength: 131072 });
  });

  test('are not known of an adapter, of some of the files, or of an image', () => {
    const scope = workspace();
    const adapter = llama(scope).finetune('adapter', { dataset: chats(scope), trainer: Trainer.sft({ output: TrainingOutput.ADAPTER }) });
    const some = new Model(scope, 'some', { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'abc', include: ['*.bin'] }) });
    const own = new Model(scope, 'own', { image: 'acme/trainer:1' });
    expect([adapter, some, own].map(({ modelFacts }) => modelFacts)).toEqual([undefined, undefined, undefined]);
  });

  test('are what the author says', () => {
    const scope = workspace();
    const own = new Model(scope, 'own', { image: 'acme/trainer:1', facts: ModelFacts.of('qwen/qwen3-8b') });
    const other = Model.fromModelAttributes(scope, 'other', { modelName: 'other', modelFacts: ModelFacts.fromConfig(CONFIG, { name: 'q' }) });
    expect(own.modelFacts?.name).toBe('Qwen/Qwen3-8B');
    expect(other.modelFacts?.parameters).toBe(8190427136);
  });

  test('that the author gives are written into the resource, and outside its recipe', () => {
    const [given, plain] = [workspace(), workspace()].map((scope, index) => (
      new Model(scope, 'own', { image: 'acme/trainer:1', ...(index === 0 && { facts: ModelFacts.fromNumbers(NUMBERS) }) })));
    const { metadata } = (given?.node.defaultChild as ApiObject).toJson() as { metadata: ApiObjectMetadata };
    expect(metadata.annotations).toEqual({
      'substratus.ai/facts': '{"name":"own","parameters":8000000000,"contextLength":8192,"heads":32,"hiddenSize":4096,"weightBytes":16106127360,'
        + '"weights":"bf16","layers":[{"kind":"full","layers":32,"kvHeads":8,"headDim":128}]}',
    });
    expect(given?.modelName).toBe(plain?.modelName);
  });

  test('may be an annotation, which is checked', () => {
    const own = (text: string): Model => new Model(workspace(), 'own', { image: 'acme/trainer:1', metadata: { annotations: { 'substratus.ai/facts': text } } });
    expect(own(JSON.stringify(ModelFacts.of('Qwen/Qwen3-8B')._spec)).modelFacts?.name).toBe('Qwen/Qwen3-8B');
    expect(() => own('{"name":"own"}')).toThrow('[team-a/own] annotation substratus.ai/facts cannot be used: parameters is missing; give a whole number, 1 or more');
  });

  test('by numbers are those of a plain transformer', () => {
    expect(ModelFacts.fromNumbers(NUMBERS)._spec).toEqual({
      name: 'own', parameters: 8e9, weightBytes: 15 * GIB, weights: 'bf16', contextLength: 8192, heads: 32, hiddenSize: 4096,
      layers: [{ kind: 'full', layers: 32, kvHeads: 8, headDim: 128 }],
    });
  });

  test.each(MODELS.map((model) => [model.name, model] as const))('of %s in the table do not contradict each other', (name, { weightBytes, parameters }) => {
    expect(ModelFacts.of(name).weightGiB).toBe(weightBytes / GIB);
    expect(weightBytes / parameters).toBeGreaterThan(0.45);
    expect(weightBytes / parameters).toBeLessThan(2.6);
  });
});

test.each<[string, () => ModelFacts, string | RegExp]>([
  ['an unknown name', () => ModelFacts.of('Qwen/Qwen3-8'), 'the facts of \'Qwen/Qwen3-8\' are not in the table; did you mean Qwen/Qwen3-8B? Or run substratus facts Qwen/Qwen3-8, and read what it writes with ModelFacts.fromFile'],
  ['no JSON', () => ModelFacts.fromConfig('./config.json', { name: 'own' }), /^the config\.json of 'own' cannot be used: it is not JSON \(.+\); give the text of the file, not its path$/],
  ['another config', () => ModelFacts.fromConfig('{"name":"app"}', { name: 'own' }),
    "the config.json of \'own\' cannot be used: it has no num_hidden_layers, so it is not the config.json of a language model; give that of the model itself"],
  ['an unknown option', () => ModelFacts.fromConfig(CONFIG, { name: 'own', size: 1 } as never), 'options of ModelFacts.fromConfig has no prop size; did you mean weightSize?'],
  ['a size that is a number', () => ModelFacts.fromNumbers({ ...NUMBERS, weightSize: 15 as never }), 'weightSize is 15, which is not a Size; write for example Size.gibibytes(16)'],
  ['too few bytes', () => ModelFacts.fromNumbers({ ...NUMBERS, weightSize: Size.gibibytes(5) }),
    "the facts of \'own\' cannot be right: 8000000000 parameters in bf16 are not 5.0 GiB, which is 0.67 bytes each; correct the number of parameters, the size of the weights or their format"],
  ['an unknown format', () => ModelFacts.fromNumbers({ ...NUMBERS, weights: 'int3' }),
    "the facts of \'own\' cannot be right: weights is 'int3'; use one of fp32, bf16, fp16, fp8, int8, int4, nvfp4, mxfp4, gguf"],
  ['more active parameters than there are', () => ModelFacts.fromNumbers({ ...NUMBERS, activeParameters: 9e9 }),
    "the facts of \'own\' cannot be right: activeParameters is 9000000000 of 8000000000 parameters; give at most as many"],
  ['heads that cannot be shared', () => ModelFacts.fromNumbers({ ...NUMBERS, keyValueHeads: 5 }),
    "the facts of \'own\' cannot be right: 32 heads cannot share 5 heads of keys and values; give a divisor of heads"],
  ['no layers', () => ModelFacts.fromNumbers({ ...NUMBERS, layers: 0 }), "the facts of \'own\' cannot be right: layers is 0; give a whole number, 1 or more"],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(message);
});

describe('facts in a file', () => {
  const QWEN = ModelFacts.of('Qwen/Qwen3-8B')._spec;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-')), 'model-facts.json');
  const written = (value: unknown): string => {
    fs.writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return file;
  };

  test('are read as they were written', () => {
    const text = withEntry(withEntry(undefined, { ...QWEN, name: 'acme/b', revision: 'abc' }), { ...QWEN, name: 'acme/a' });
    expect(ModelFacts.fromFile(written(text), 'acme/b')._spec).toEqual({ ...QWEN, name: 'acme/b' });
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['acme/a', 'acme/b']);
    expect(withEntry(text, { ...QWEN, name: 'acme/a' })).toBe(text);
    expect(ModelFacts.fromFile(written(withEntry(undefined, QWEN)))._spec).toEqual(QWEN);
  });

  test.each<[string, [unknown, name?: string], string]>([
    ['is not JSON', ['acme'], "it is not JSON (Unexpected token 'a', \"acme\" is not valid JSON); write it with substratus facts"],
    ['is a list', [[]], 'it holds [], not facts by the names of models; write it with substratus facts'],
    ['is empty', [{}], 'it is empty; write it with substratus facts'],
    ['has several models', [{ 'acme/a': QWEN, 'acme/b': QWEN }], 'it has facts of acme/a, acme/b; name one of them'],
    ['has a model of another name', [{ 'acme/llama': QWEN }, 'acme/lama'], "it has no facts of 'acme/lama'; did you mean acme/llama? Or add them with substratus facts acme/lama"],
    ['has broken facts', [{ 'acme/a': { ...QWEN, weightBytes: 1e9 } }, 'acme/a'],
      "the facts of 'acme/a' cannot be used: 8191000000 parameters in bf16 are not 0.9 GiB, which is 0.12 bytes each; "
      + 'correct the number of parameters, the size of the weights or their format'],
    ['has a number in place of facts', [{ 'acme/a': 7 }], "the facts of 'acme/a' cannot be used: facts are 7, which is not an object; substratus facts writes them"],
  ])('are refused where it %s', (_, [value, name], message) => {
    expect(() => ModelFacts.fromFile(written(value), name)).toThrow(`${file}: ${message}`);
  });

  test('are refused where it is missing', () => {
    expect(() => ModelFacts.fromFile('no-facts.json'))
      .toThrow(`there is no file no-facts.json in ${process.cwd()}; write it with substratus facts, or give its path from there`);
  });
});

test('what is not a ModelFacts is refused where it is given', () => {
  expect(() => new Model(workspace(), 'own', { image: 'acme/trainer:1', facts: { parameters: 8e9 } as never }))
    .toThrow("[team-a/own] facts is {\"parameters\":8000000000}, which is not a ModelFacts; write for example ModelFacts.of('Qwen/Qwen3-8B')");
});

describe('what cannot fit is an error at synth', () => {
  test.each<[string, (scope: Workspace) => unknown, string]>([
    ['a Server whose weights are larger than the GPU', (scope) => llama(scope, '70B').serve('chat', { resources: { gpu: Gpu.NVIDIA_H100 } }),
      'meta-llama/Llama-3.3-70B-Instruct on one nvidia-h100: the weights leave no memory for its cache; set gpuCount to 2, or quantize the model to fp8'],
    ['a Server with too long a context', (scope) => llama(scope).serve('chat', { engine: Engine.vllm({ maxModelLen: 131072 }), resources: { gpu: Gpu.NVIDIA_L4 } }),
      'meta-llama/Llama-3.1-8B-Instruct on one nvidia-l4: its cache of 2.8 GiB holds 22768 tokens, not 131072; set maxModelLen to 16384, or use nvidia-h100'],
    ['a Server with a longer context than the model was made for',
      (scope) => new Model(scope, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'abc' }) })
        .serve('chat', { engine: Engine.vllm({ maxModelLen: 400000 }), resources: { gpu: Gpu.NVIDIA_L4 } }),
      'maxModelLen is 400000, but Qwen/Qwen3-0.6B was made for 40960 tokens, and vLLM does not start with more; set maxModelLen to 40960'],
    ['a training of all weights', (scope) => llama(scope).finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft({ method: TrainingMethod.FULL }), resources: { gpu: Gpu.NVIDIA_H100 } }),
      'meta-llama/Llama-3.1-8B-Instruct, finetuned by full with 1 × 2048 tokens on one nvidia-h100: 127 of 79.1 GiB; set method to lora, or set gpuCount to 2'],
    ['a training with too large a batch', (scope) => llama(scope).finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft({ batchSize: 4 }), resources: { gpu: Gpu.NVIDIA_L4 } }),
      'meta-llama/Llama-3.1-8B-Instruct, finetuned by lora with 4 × 2048 tokens on one nvidia-l4: 22.2 of 22.0 GiB; set batchSize to 1, or set method to qlora'],
    ['llama.cpp in too little memory', (scope) => llama(scope).quantize('gguf', { quantizer: Quantizer.gguf() }).serve('chat', { resources: { memory: Size.gibibytes(7) } }),
      'meta-llama/Llama-3.1-8B-Instruct with 8192 tokens in the memory of its pod: 7.4 of 7.0 GiB; set contextLength to 4096, or set resources.memory to 8 GiB'],
  ])('%s', (_, declare, message) => {
    const scope = workspace();
    declare(scope);
    expect(errorsOf(scope)).toEqual([message]);
  });

  test('and what is not known is left alone', () => {
    const scope = workspace();
    new Model(scope, 'base', { loader: Loader.huggingFace('acme/llm', { revision: 'abc' }) }).serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
    llama(scope, '70B').serve('own', { image: 'acme/server:1', resources: { gpu: Gpu.NVIDIA_L4 } });
    expect(errorsOf(scope)).toEqual([]);
  });
});

test('a preview shows the arithmetic', () => {
  const scope = workspace();
  llama(scope).serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
  expect(Preview.of(scope).toYaml()).toContain(
    '# Fits: meta-llama/Llama-3.1-8B-Instruct on one nvidia-l4: 2.8 GiB for the cache, 1.1 requests of 20480 tokens at once, fewer than the 131072 that it was made for\n');
});
