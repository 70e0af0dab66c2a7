import type { FactsSpec } from '../../src/api/facts';
import type { ModelSpec, ServerSpec } from '../../src/api/resource';
import { factsNamed } from '../../src/catalog/known-models';
import { fitOf, withDerived } from '../../src/expand';
import type { Derivation } from '../../src/expand';
import { quantizedFacts } from '../../src/sizing/quantizing';
import { model, platformOf, server } from './fixtures';

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(name);
  return found;
}

function gguf(name: string): FactsSpec {
  return quantizedFacts(facts(name), 'gguf', 'Q4_K_M') ?? facts(name);
}

const PLATFORM = platformOf('gcp', { gpuPools: [{ name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8 }, { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 }] });
const QWEN_8B = facts('Qwen/Qwen3-8B');
const LLAMA_70B = facts('meta-llama/Llama-3.3-70B-Instruct');

/** What is written beside what the author says. */
function served(from: FactsSpec, spec: ServerSpec, more: Partial<Derivation> = {}): unknown {
  const declared = server({ image: undefined, runtime: { name: 'vllm' }, ...spec });
  return added(declared.spec, withDerived(declared, { platform: PLATFORM, from, ...more }).spec);
}

function made(spec: ModelSpec, derivation: Partial<Derivation>): unknown {
  const declared = model({ image: undefined, ...spec });
  return added(declared.spec, withDerived(declared, { platform: PLATFORM, ...derivation }).spec);
}

function added(declared: object, derived: object): unknown {
  const before = new Map(Object.entries(declared));
  return Object.fromEntries(Object.entries(derived).filter(([key, value]) => value !== before.get(key)));
}

const on = (type: string, count = 1): ServerSpec => ({ resources: { gpu: { type, count } } });

describe('a Server of vLLM', () => {
  test('has the context that its model was made for, where that fits', () => {
    expect(served(QWEN_8B, on('nvidia-h100'))).toEqual({ params: { maxModelLen: 40960 } });
  });

  test('has a context that fits with a tenth to spare, where the whole one does not', () => {
    expect(served(facts('meta-llama/Llama-3.1-8B'), on('nvidia-l4'))).toEqual({ params: { maxModelLen: 20480 } });
  });

  test('is divided among all GPUs of its pod', () => {
    expect(served(QWEN_8B, on('nvidia-h100', 2))).toEqual({ params: { tensorParallel: 2, maxModelLen: 40960 } });
  });

  test('keeps what its author says', () => {
    const params = { maxModelLen: 1024, tensorParallel: 2, toolParser: 'hermes' };
    expect(served(QWEN_8B, { ...on('nvidia-h100', 2), params })).toEqual({});
    expect(served(QWEN_8B, { ...on('nvidia-h100', 2), params: { toolParser: 'hermes' } }))
      .toEqual({ params: { toolParser: 'hermes', tensorParallel: 2, maxModelLen: 40960 } });
  });

  test.each<[string, FactsSpec, ServerSpec]>([
    ['cannot fit', LLAMA_70B, on('nvidia-l4')],
    ['is a mixture of experts that fits barely', facts('openai/gpt-oss-120b'), on('nvidia-h100')],
    ['takes turns on its GPU', facts('Qwen/Qwen3-0.6B'), { resources: { gpu: { type: 'nvidia-l4', sharing: 'time-slicing-4' } } }],
    ['has arguments of its author', QWEN_8B, { ...on('nvidia-l4'), args: ['--swap-space', '4'] }],
    ['has layers that are not known', { ...QWEN_8B, layers: undefined }, on('nvidia-h100')],
    ['is of an image', QWEN_8B, { ...on('nvidia-h100'), runtime: undefined, image: 'acme/server:1' }],
    ['makes embeddings', QWEN_8B, { ...on('nvidia-h100'), params: { task: 'embed' } }],
  ])('is left to vLLM where it %s', (_, from, spec) => {
    expect(served(from, spec)).not.toHaveProperty('params');
  });

  test('has time to read a large model', () => {
    expect(served(facts('deepseek-ai/DeepSeek-R1-0528'), on('nvidia-b200', 8))).toMatchObject({ startupTimeout: '2h' });
    expect(served(facts('deepseek-ai/DeepSeek-R1-0528'), { ...on('nvidia-b200', 8), startupTimeout: '45m' })).not.toHaveProperty('startupTimeout');
  });

  test('has room for a model that is copied to its node first', () => {
    const spec: ServerSpec = { ...on('nvidia-h100', 4), access: 'download' };
    expect(served(LLAMA_70B, spec)).toMatchObject({ resources: { gpu: { type: 'nvidia-h100', count: 4 }, disk: 152 } });
    expect(served(LLAMA_70B, spec, { isOnlyMounted: true })).not.toHaveProperty('resources');
    expect(served(LLAMA_70B, { resources: { ...spec.resources, disk: 90 }, access: 'download' })).not.toHaveProperty('resources');
  });

  test('has memory for weights and cache, without a GPU', () => {
    expect(served(QWEN_8B, {})).toEqual({ resources: { memory: 27 } });
    expect(served(facts('HuggingFaceTB/SmolLM2-135M-Instruct'), {})).toEqual({});
  });
});

describe('a Server of llama.cpp without a GPU', () => {
  const LLAMA_CPP: ServerSpec = { runtime: { name: 'llama-cpp' } };

  test('has memory for its model', () => {
    expect(served(gguf('meta-llama/Llama-3.1-8B'), LLAMA_CPP)).toEqual({ resources: { memory: 9 } });
    expect(served(gguf('Qwen/Qwen3-0.6B'), LLAMA_CPP)).toEqual({});
  });

  test('keeps a request or limit of its author', () => {
    const asked = [{ memory: 12 }, { limits: { memory: 12 } }].map((resources) => served(gguf('meta-llama/Llama-3.1-8B'), { ...LLAMA_CPP, resources }));
    expect(asked).toEqual([{}, {}]);
  });
});

describe('a Model', () => {
  const HUB: ModelSpec = { runtime: { name: 'huggingface' }, params: { repo: 'acme/llm', revision: 'abc' } };
  const SFT: ModelSpec = { runtime: { name: 'sft' }, model: { name: 'base' }, dataset: { name: 'chats' }, ...on('nvidia-h100', 8) };

  test('that is imported has a volume for its files', () => {
    expect(made(HUB, { made: LLAMA_70B })).toEqual({ staging: { size: 158 } });
    expect(made({ ...HUB, staging: { storageClassName: 'fast' } }, { made: LLAMA_70B })).toEqual({ staging: { storageClassName: 'fast', size: 158 } });
    expect(made({ ...HUB, staging: { size: 200 } }, { made: LLAMA_70B })).toEqual({});
    expect(made(HUB, { made: QWEN_8B })).toEqual({});
  });

  test('that is trained has a volume for its result and checkpoints, not one as large as the GPUs', () => {
    expect(made(SFT, { from: QWEN_8B, made: QWEN_8B })).toEqual({ staging: { size: 50 } });
    expect(made({ ...SFT, params: { method: 'full' } }, { from: QWEN_8B, made: QWEN_8B })).toEqual({ staging: { size: 249 } });
  });

  test('that is trained has memory to merge its adapter', () => {
    const one = { ...SFT, ...on('nvidia-l4') };
    expect(made(one, { from: QWEN_8B, made: QWEN_8B })).toEqual({ resources: { gpu: { type: 'nvidia-l4', count: 1 }, memory: 22 } });
    expect(made({ ...one, params: { output: 'adapter' } }, { from: QWEN_8B })).toEqual({});
  });

  test('that is quantized has memory for what its quantizer looks at', () => {
    const fp8 = (quantizer: string, dataset?: ModelSpec['dataset']): unknown => made(
      { runtime: { name: quantizer }, model: { name: 'base' }, dataset }, { from: QWEN_8B, made: quantizedFacts(QWEN_8B, quantizer, 'Q4_K_M') });
    expect(fp8('fp8')).toEqual({ resources: { memory: 13 } });
    expect(fp8('int4', { name: 'chats' })).toEqual({ resources: { memory: 29 } });
    expect(fp8('gguf')).toEqual({ resources: { memory: 8 } });
  });

  test('keeps its params, which are its recipe', () => {
    const declared = model({ image: undefined, ...SFT });
    expect(withDerived(declared, { platform: PLATFORM, from: QWEN_8B, made: QWEN_8B }).spec.params).toBe(declared.spec.params);
  });
});

test('what is derived fits', () => {
  const declared = server({ image: undefined, runtime: { name: 'vllm' }, ...on('nvidia-l4') });
  const from = facts('meta-llama/Llama-3.1-8B');
  expect(fitOf(withDerived(declared, { platform: PLATFORM, from }), from, PLATFORM)).toMatchObject({
    verdict: 'fits', reason: 'meta-llama/Llama-3.1-8B on one nvidia-l4: 2.8 GiB for the cache, 1.1 requests of 20480 tokens at once, fewer than the 131072 that it was made for',
  });
});

test('what is derived once is as it is derived again', () => {
  const declared = server({ image: undefined, runtime: { name: 'vllm' }, access: 'download', ...on('nvidia-h100', 4) });
  const once = withDerived(declared, { platform: PLATFORM, from: LLAMA_70B });
  expect(withDerived(once, { platform: PLATFORM, from: LLAMA_70B })).toEqual(once);
});

test('what cannot be expanded stays as it is', () => {
  const declared = server({ image: undefined, runtime: { name: 'vllm' }, ...on('nvidia-l99') });
  expect(withDerived(declared, { platform: PLATFORM, from: QWEN_8B })).toBe(declared);
});
