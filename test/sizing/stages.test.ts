/** Models that are divided among the GPUs of many nodes. */
import type { FactsSpec } from '../../src/api/facts';
import { gpuNamed } from '../../src/catalog/gpus';
import { factsNamed } from '../../src/catalog/known-models';
import { servingFit } from '../../src/sizing/serving';
import type { ServingFit } from '../../src/sizing/serving';
import { layersOfStage, stageProblem, stageWeightBytes } from '../../src/sizing/stages';

const GIB = 2 ** 30;

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

const DEEPSEEK = facts('deepseek-ai/DeepSeek-R1-0528');
const LLAMA = facts('meta-llama/Llama-3.3-70B-Instruct');

function on(model: FactsSpec, nodes: number, { name = 'nvidia-h100', tensorParallel = 8 } = {}): ServingFit {
  const gpu = gpuNamed(name);
  if (!gpu) throw new Error(`${name} is not in the table`);
  return servingFit(model, { gpu, tensorParallel, pipelineParallel: nodes, nodes });
}

test('DeepSeek-R1 does not fit the eight H100 of a node, but those of two', () => {
  expect(on(DEEPSEEK, 1)).toMatchObject({ verdict: 'no', reason: 'deepseek-ai/DeepSeek-R1-0528 on 8 nvidia-h100: the weights leave no memory for its cache' });
  expect(on(DEEPSEEK, 2)).toMatchObject({ verdict: 'fits', reason: expect.stringMatching(/^deepseek-ai\/DeepSeek-R1-0528 on 2 nodes of 8 nvidia-h100: /) as string });
});

test('61 layers are stages of 31 and 30, of which the larger one decides', () => {
  expect(layersOfStage(DEEPSEEK.layers ?? [], 2)).toMatchObject([{ kind: 'latent', layers: 31 }]);
  const [even, uneven] = [facts('Qwen/Qwen3-32B'), DEEPSEEK].map((model) => stageWeightBytes(model, 2) / model.weightBytes);
  expect(even).toBeCloseTo(0.5, 5);
  expect(uneven).toBeGreaterThan(31 / 61 - 0.001);
  expect(uneven).toBeLessThan(0.515);
});

test('each stage has the cache of its own layers: twice the nodes hold twice the tokens, and more, for there are fewer weights on each', () => {
  const tokens = [1, 2].map((nodes) => on({ ...LLAMA, contextLength: 10_000_000 }, nodes).cacheTokens ?? 0);
  expect((tokens[1] ?? 0) / (tokens[0] ?? 1)).toBeGreaterThan(2);
  expect((tokens[1] ?? 0) / (tokens[0] ?? 1)).toBeLessThan(3);
});

test('one GPU on each of four nodes', () => {
  expect(on(LLAMA, 4, { tensorParallel: 1 })).toMatchObject({ verdict: 'fits', reason: expect.stringContaining('on 4 nodes of one nvidia-h100: ') as string });
});

test('no stage may be without a layer, and the GPUs of a node must share the heads', () => {
  expect(stageProblem(LLAMA, 80)).toBeUndefined();
  expect(stageProblem(LLAMA, 96)).toBe('meta-llama/Llama-3.3-70B-Instruct has 80 layers, which cannot be divided into 96 stages (nodes × GPUs / tensorParallel)');
  expect(on(facts('openai/gpt-oss-20b'), 32, { name: 'nvidia-l4', tensorParallel: 1 })).toMatchObject({
    verdict: 'no', reason: 'openai/gpt-oss-20b has 24 layers, which cannot be divided into 32 stages (nodes × GPUs / tensorParallel)',
  });
  expect(on(facts('Qwen/Qwen3.6-27B'), 2, { tensorParallel: 16 })).toMatchObject({ verdict: 'no', reason: 'Qwen/Qwen3.6-27B has 24 heads, which 16 GPUs cannot share, but 12 can' });
  expect(stageProblem({ name: 'own' }, 100)).toBeUndefined();
});

test('on one node nothing is other than it was', () => {
  expect(stageWeightBytes(LLAMA)).toBe(LLAMA.weightBytes);
  expect(stageWeightBytes({ ...LLAMA, vocabularySize: undefined, layers: undefined }, 4) / GIB).toBeCloseTo(131.42 / 4, 2);
});
