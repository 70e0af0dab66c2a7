import type { FactsSpec } from '../../src/api/facts';
import type { PlatformSpec } from '../../src/api/platform';
import type { CommonSpec, ServerResource, ServerSpec } from '../../src/api/resource';
import { factsNamed } from '../../src/catalog/known-models';
import { fitOf, fitProblem } from '../../src/expand';
import { quantizedFacts } from '../../src/sizing/quantizing';
import { model, platformOf, server } from './fixtures';

const PLATFORM: PlatformSpec = {
  ...platformOf('gcp'),
  gpuPools: [
    { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 8 }, { name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8 },
  ],
};

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

const LLAMA_8B = facts('meta-llama/Llama-3.1-8B-Instruct');
const LLAMA_70B = facts('meta-llama/Llama-3.3-70B-Instruct');
const SMALL = facts('Qwen/Qwen3-0.6B');
const gguf = (of: FactsSpec): FactsSpec => quantizedFacts(of, 'gguf', 'Q4_K_M') as FactsSpec;

function served(runtime: string, spec: CommonSpec): ServerResource {
  return server({ image: undefined, runtime: { name: runtime }, ...spec });
}

function verdict(runtime: string, of: FactsSpec, spec: CommonSpec): string | undefined {
  return fitOf(served(runtime, spec), of, PLATFORM)?.verdict;
}

describe('a GPU that pods share', () => {
  const on = (sharing: string, type = 'nvidia-l4'): CommonSpec => ({ resources: { gpu: { type, sharing } } });

  test('in turns is whole for each of them, which says how much of it to take', () => {
    expect(verdict('vllm', SMALL, { ...on('time-slicing-4'), params: { gpuMemoryUtilization: '0.24', maxModelLen: 2048 } })).toBe('fits');
  });

  test('in turns is told where a pod leaves the others no memory', () => {
    expect(fitOf(served('vllm', { ...on('time-slicing-4'), params: { maxModelLen: 2048 } }), SMALL, PLATFORM)).toMatchObject({
      verdict: 'tight', reason: expect.stringMatching(/, unless other pods use the GPU; gpuMemoryUtilization 0\.25 would leave them room$/) as string,
    });
  });

  test('by MPS is divided, however the part is told', () => {
    expect(verdict('vllm', SMALL, { ...on('mps-4'), params: { gpuMemoryUtilization: '0.24', maxModelLen: 2048 } })).toBe('fits');
    expect(verdict('vllm', LLAMA_8B, on('mps-4'))).toBe('no');
  });

  test('by MIG has the memory of the profile, not a part of the GPU', () => {
    expect(fitOf(served('vllm', on('mig-4g.40gb', 'nvidia-h100')), SMALL, PLATFORM)?.usableGiB).toBeCloseTo(39.2, 1);
    expect(fitOf(served('vllm', on('mig-1g.10gb', 'nvidia-h100')), SMALL, PLATFORM)?.usableGiB).toBeCloseTo(9.8, 1);
  });
});

test('with arguments of the author\'s nothing is said, for they may change everything', () => {
  const spec: CommonSpec = { resources: { gpu: { type: 'nvidia-h100', count: 8 } }, params: { tensorParallel: 1 } };
  expect(verdict('vllm', LLAMA_70B, spec)).toBe('no');
  expect(verdict('vllm', LLAMA_70B, { ...spec, args: ['--pipeline-parallel-size', '8'] })).toBeUndefined();
});

describe('llama.cpp', () => {
  const L4 = { gpu: { type: 'nvidia-l4' } };

  test('computes on the CPU what does not fit the GPU', () => {
    expect(fitOf(served('llama-cpp', { resources: { ...L4, memory: 64 } }), gguf(LLAMA_70B), PLATFORM)).toMatchObject({
      verdict: 'tight', reason: 'meta-llama/Llama-3.3-70B-Instruct with 2048 tokens on one nvidia-l4 and in the memory of its pod: 42.6 of 86.0 GiB',
    });
    expect(fitProblem(served('llama-cpp', { resources: L4 }), gguf(LLAMA_70B), PLATFORM)).toBe(
      'meta-llama/Llama-3.3-70B-Instruct with 2048 tokens on one nvidia-l4 and in the memory of its pod: 42.6 of 32.0 GiB; set gpuCount to 2, or use nvidia-h100');
  });

  test('takes as much memory as its limit', () => {
    const limited = (memory: number): CommonSpec => ({ resources: { memory: 4, limits: { memory } } });
    expect([verdict('llama-cpp', gguf(LLAMA_8B), limited(16)), verdict('llama-cpp', gguf(LLAMA_8B), limited(4))]).toEqual(['fits', 'no']);
    expect(fitProblem(served('llama-cpp', limited(4)), gguf(LLAMA_8B), PLATFORM)).toContain('; set resources.limits.memory to 8 GiB');
  });
});

test('rows of a training are no longer than what the model takes', () => {
  const trained = model({ image: undefined, runtime: { name: 'sft' }, params: { maxLength: 1000000 }, model: { name: 'base' }, dataset: { name: 'chats' }, resources: { gpu: { type: 'nvidia-l4' } } });
  expect(fitOf(trained, facts('HuggingFaceTB/SmolLM2-135M-Instruct'), PLATFORM)).toMatchObject({ verdict: 'fits', reason: expect.stringContaining('1 × 8192 tokens') as string });
});

test.each<[CommonSpec['params'], string]>([
  [{}, 'set gpuCount to 2'], [{ tensorParallel: 4 }, 'set gpuCount to 2 and leave tensorParallel out'],
])('heads that the GPUs cannot share, with params %j', (params, remedy) => {
  const shared = served('vllm', { params, resources: { gpu: { type: 'nvidia-l4', count: 4 } } });
  expect(fitProblem(shared, facts('Qwen/Qwen2.5-0.5B-Instruct'), PLATFORM))
    .toBe(`Qwen/Qwen2.5-0.5B-Instruct has 14 heads, which 4 GPUs cannot share, but 2 can; ${remedy}`);
});

describe('without a GPU', () => {
  const QWEN = facts('Qwen/Qwen3-8B');

  test('vLLM serves a context that its cache holds', () => {
    expect(fitProblem(served('vllm', { resources: { memory: 32 }, params: { maxModelLen: 40960 } }), QWEN, PLATFORM))
      .toBe('Qwen/Qwen3-8B without a GPU: its cache of 4.0 GiB holds 29120 tokens, not 40960; set maxModelLen to 20480, or set cpuCacheGiB to 8');
    expect(verdict('vllm', QWEN, { args: ['--swap-space', '4'] })).toBeUndefined();
  });

  test('a limit that the weights alone exceed is refused', () => {
    expect(fitProblem(served('vllm', { resources: { memory: 8, limits: { memory: 12 } } }), QWEN, PLATFORM))
      .toBe('Qwen/Qwen3-8B in the memory of its pod: up to 24.3 of 12.0 GiB; set resources.limits.memory to 32 GiB');
  });

  test('trainings and quantizations have a fit, too', () => {
    const of = (spec: Parameters<typeof model>[0]): string | undefined => fitOf(model({ image: undefined, model: { name: 'base' }, ...spec }), SMALL, PLATFORM)?.reason;
    expect(of({ runtime: { name: 'sft' }, params: { maxLength: 512 } })).toBe('Qwen/Qwen3-0.6B, finetuned by lora in the memory of its pod: up to 5.9 of 8.0 GiB');
    expect(of({ runtime: { name: 'gguf' } })).toBe('Qwen/Qwen3-0.6B, quantized to gguf in the memory of its pod: up to 2.4 of 4.0 GiB');
  });

  test('llama.cpp is told a shorter context, or more memory', () => {
    expect(fitProblem(served('llama-cpp', { resources: { memory: 7 } }), gguf(LLAMA_8B), PLATFORM))
      .toBe('meta-llama/Llama-3.1-8B-Instruct with 8192 tokens in the memory of its pod: 7.4 of 7.0 GiB; set contextLength to 4096, or set resources.memory to 8 GiB');
  });
});

test('an adapter that is served takes of the memory of its base', () => {
  const alone = fitOf(served('vllm', { resources: { gpu: { type: 'nvidia-l4' } } }), LLAMA_8B, PLATFORM);
  const beside = fitOf(server({ image: undefined, runtime: { name: 'vllm' }, base: { name: 'base' }, params: { maxLoraRank: 64 }, resources: { gpu: { type: 'nvidia-l4' } } }), LLAMA_8B, PLATFORM);
  expect(alone?.parts.map(({ name }) => name)).toEqual(['weights', 'vLLM', 'left to others']);
  expect(beside?.parts.find(({ name }) => name === 'adapter')?.gib).toBeCloseTo(4 * 2 * 41.9e6 / 2 ** 30, 2);
});

test('adapters beside the model take the memory of those that are computed with at once', () => {
  const adapters = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `a${index}`, model: { name: `a${index}` } }));
  const of = (count: number, spec: ServerSpec) => (
    fitOf(server({ image: undefined, runtime: { name: 'vllm' }, adapters: adapters(count), params: { maxLoraRank: 64 }, ...spec }), LLAMA_8B, PLATFORM)?.parts);
  const one = 4 * 2 * 41.9e6 / 2 ** 30;
  const onGpu = { resources: { gpu: { type: 'nvidia-l4' } } };
  expect(of(3, onGpu)?.find(({ name }) => name === '3 adapters')?.gib).toBeCloseTo(3 * one, 1);
  expect(of(12, onGpu)?.find(({ name }) => name === '8 adapters')?.gib).toBeCloseTo(8 * one, 1);
  /* In the memory of the pod all of them wait. */
  expect(of(12, { resources: { memory: 64 } })?.find(({ name }) => name === '12 adapters')?.gib).toBeCloseTo(12 * one, 1);
  expect(of(0, { resources: { memory: 64 } })?.map(({ name }) => name)).toEqual(['weights', 'cache', 'vLLM']);
});

test('a longer context than the model was made for is refused, unless vLLM is told to take it', () => {
  const long = (spec: CommonSpec): ServerResource => served('vllm', { resources: { gpu: { type: 'nvidia-h100' } }, params: { maxModelLen: 50000 }, ...spec });
  expect(fitProblem(long({}), SMALL, PLATFORM))
    .toBe('maxModelLen is 50000, but Qwen/Qwen3-0.6B was made for 40960 tokens, and vLLM does not start with more; set maxModelLen to 40960');
  expect(fitOf(long({ env: { VLLM_ALLOW_LONG_MAX_MODEL_LEN: '1' } }), SMALL, PLATFORM)).toMatchObject({
    verdict: 'fits', reason: expect.stringMatching(/requests of 50000 tokens at once, more than the 40960 that it was made for$/) as string,
  });
});

describe('a model on many nodes', () => {
  const DEEPSEEK = facts('deepseek-ai/DeepSeek-R1-0528');
  const eight: ServerSpec = { resources: { gpu: { type: 'nvidia-h100', count: 8 } } };
  const many: PlatformSpec = { ...PLATFORM, leaderWorkerSet: {} };

  test('is held to what the GPUs of all of them have', () => {
    expect(fitOf(served('vllm', { ...eight, nodes: 2 } as CommonSpec), DEEPSEEK, many)).toMatchObject({
      verdict: 'fits', reason: expect.stringContaining('on 2 nodes of 8 nvidia-h100: ') as string,
    });
    expect(fitOf(served('vllm', { ...eight, nodes: 2, params: { tensorParallel: 4 } } as CommonSpec), DEEPSEEK, many)).toMatchObject({
      verdict: 'fits', reason: expect.stringContaining('on 2 nodes of 8 nvidia-h100: ') as string,
    });
  });

  test('is what is told where one node cannot hold it, and the cluster can run it on more', () => {
    expect(fitProblem(served('vllm', eight), DEEPSEEK, many))
      .toBe('deepseek-ai/DeepSeek-R1-0528 on 8 nvidia-h100: the weights leave no memory for its cache; set nodes to 2');
    expect(fitProblem(served('vllm', eight), DEEPSEEK, PLATFORM)).not.toContain('nodes to');
    const small = { ...many, gpuPools: many.gpuPools?.map((pool) => ({ ...pool, maxNodes: 1 })) };
    expect(fitProblem(served('vllm', eight), DEEPSEEK, small)).not.toContain('nodes to');
  });

  test('whose heads the GPUs of a node cannot share, or whose layers the stages, is refused with what would do', () => {
    const wide = { ...LLAMA_8B, name: 'acme/odd', heads: 12 };
    expect(fitProblem(served('vllm', { ...eight, nodes: 2 } as CommonSpec), wide, many))
      .toBe('acme/odd has 12 heads, which 8 GPUs cannot share, but 6 can; set gpuCount to 6');
    const spec: ServerSpec = { nodes: 40, resources: { gpu: { type: 'nvidia-h100', count: 1 } } };
    expect(fitProblem(served('vllm', spec as CommonSpec), LLAMA_8B, many))
      .toContain('meta-llama/Llama-3.1-8B-Instruct has 32 layers, which cannot be divided into 40 stages (nodes × GPUs / tensorParallel)');
  });

  const QWEN_8B = facts('Qwen/Qwen3-8B');

  test('of more stages than it has layers is told how many nodes would do, or how many GPUs for each layer', () => {
    const spread = (spec: CommonSpec, count: number): string | undefined => fitProblem(served('vllm', { resources: { gpu: { type: 'nvidia-h100', count } }, ...spec }), QWEN_8B, many);
    const told = (stages: number): string => `Qwen/Qwen3-8B has 36 layers, which cannot be divided into ${stages} stages (nodes × GPUs / tensorParallel); `;
    expect(spread({ nodes: 40 } as CommonSpec, 1)).toBe(`${told(40)}set nodes to 36 or fewer`);
    expect(spread({ nodes: 36 } as CommonSpec, 1)).toBeUndefined();
    const single = { nodes: 5, params: { tensorParallel: '1' } } as CommonSpec;
    expect(spread(single, 8)).toBe(`${told(40)}set nodes to 4 or fewer, or set tensorParallel to 2`);
    expect(spread({ ...single, nodes: 4 } as CommonSpec, 8)).toBeUndefined();
    expect(spread({ ...single, params: { tensorParallel: '2' } } as CommonSpec, 8)).toBeUndefined();
  });
});
