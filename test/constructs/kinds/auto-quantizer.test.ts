import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Dataset, DatasetShape, Gpu, Loader, Model, Preview, Quantizer } from '../../../src';
import type { AutoQuantizerOptions } from '../../../src';
import { GPUS } from '../../../src/catalog/gpus';
import { factsNamed } from '../../../src/catalog/known-models';
import type { ResourceObject } from '../../../src/constructs/kinds/resource-object';
import { chooseQuantizer, formatProblem } from '../../../src/runtimes';
import { messageOf, workspace } from '../fixtures';

const loaded = (scope: Construct, repo: string) => new Model(scope, 'base', { loader: Loader.huggingFace(repo, { revision: 'abc' }) });
const chats = (scope: Construct) => new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats'), shape: DatasetShape.messages() });

interface Asked extends AutoQuantizerOptions {
  readonly repo: string;
  readonly calibrated?: boolean;
}

function quantized({ repo, calibrated, ...options }: Asked, scope = workspace()): Model {
  return loaded(scope, repo).quantize('small', { quantizer: Quantizer.auto(options), ...(calibrated && { dataset: chats(scope) }) });
}

function declaredOf(model: Model) {
  return (model.node.defaultChild as ResourceObject).declared;
}

describe('Quantizer.auto', () => {
  test.each<[string, Asked, string, string]>([
    ['8 bits of floating point on Ada', { repo: 'Qwen/Qwen3-8B', gpu: Gpu.NVIDIA_L4 }, 'fp8',
      'fp8: with it, Qwen/Qwen3-8B on one nvidia-l4: 9.0 GiB for the cache, 1.6 requests of 40960 tokens at once; '
      + 'without it, Qwen/Qwen3-8B on one nvidia-l4: 2.5 GiB for the cache, 1.0 requests of 18048 tokens at once'],
    ['8 bits of integers on Ampere', { repo: 'Qwen/Qwen3-8B', gpu: Gpu.NVIDIA_A10G }, 'int8', 'int8: with it, Qwen/Qwen3-8B on one nvidia-a10g'],
    ['8 bits where 4 have no dataset', { repo: 'Qwen/Qwen3-14B', gpu: Gpu.NVIDIA_L4 }, 'fp8', 'fp8: with it, Qwen/Qwen3-14B on one nvidia-l4'],
    ['4 bits with a dataset where 8 are tight', { repo: 'Qwen/Qwen3-14B', gpu: Gpu.NVIDIA_L4, calibrated: true }, 'int4', 'int4: with it, '],
    ['floating point of 4 bits on Blackwell', { repo: 'meta-llama/Llama-3.3-70B-Instruct', gpu: Gpu.NVIDIA_RTX_PRO_6000, calibrated: true }, 'nvfp4', 'nvfp4: with it, '],
    ['8 bits on MI300X', { repo: 'meta-llama/Llama-3.3-70B-Instruct', gpu: Gpu.AMD_MI300X, contextLength: 131072, gpuCount: 1 }, 'fp8', 'fp8: with it, '],
    ['GGUF without a GPU', { repo: 'Qwen/Qwen3-8B' }, 'gguf', 'gguf: it will be served without a GPU, by llama.cpp'],
    ['GGUF on a GPU that is too old', { repo: 'Qwen/Qwen3-8B', gpu: Gpu.NVIDIA_V100 }, 'gguf', 'gguf: nvidia-v100 is too old for vLLM, but llama.cpp runs on it'],
  ])('chooses %s', (...[, asked, quantizer, reason]) => {
    const model = quantized(asked);
    expect(declaredOf(model).spec.runtime).toEqual({ name: quantizer, version: 1 });
    const { metadata } = (model.node.defaultChild as ResourceObject).toJson();
    expect(metadata.annotations?.['substratus.ai/quantizer']).toContain(reason);
    expect(model.modelQuantization).toBe(quantizer);
  });

  test('is the quantizer that it chooses: the same recipe, without a dataset that is not read', () => {
    const auto = quantized({ repo: 'Qwen/Qwen3-8B', gpu: Gpu.NVIDIA_L4, calibrated: true });
    const named = loaded(workspace(), 'Qwen/Qwen3-8B').quantize('small', { quantizer: Quantizer.fp8() });
    expect(auto.recipeDigest).toBe(named.recipeDigest);
    expect(declaredOf(auto).spec).toEqual(declaredOf(named).spec);
  });

  test('says in the preview what it chose, and says the same each time', () => {
    const previewed = () => {
      const scope = workspace();
      quantized({ repo: 'Qwen/Qwen3-8B', gpu: Gpu.NVIDIA_L4 }, scope);
      return Preview.of(scope).toYaml();
    };
    expect(previewed()).toContain('# Quantizer: fp8: with it, Qwen/Qwen3-8B on one nvidia-l4: ');
    expect(previewed()).toBe(previewed());
  });

  test.each<[string, Asked, string]>([
    ['the model fits as it is', { repo: 'Qwen/Qwen3-0.6B', gpu: Gpu.NVIDIA_L4 },
      'there is nothing to be done: Qwen/Qwen3-0.6B on one nvidia-l4: 16.3 GiB for the cache, 3.7 requests of 40960 tokens at once; serve the model as it is, or name a quantizer'],
    ['it is quantized already', { repo: 'openai/gpt-oss-20b', gpu: Gpu.NVIDIA_L4 }, 'openai/gpt-oss-20b is quantized to mxfp4 already; serve it as it is'],
    ['the model is not known', { repo: 'acme/llm', gpu: Gpu.NVIDIA_L4 },
      "what its model needs is not known; set facts of the model, for example ModelFacts.of('Qwen/Qwen3-8B'), or name a quantizer, for example Quantizer.fp8()"],
    ['nothing fits', { repo: 'meta-llama/Llama-3.3-70B-Instruct', gpu: Gpu.NVIDIA_L4 },
      'even fp8 does not fit: meta-llama/Llama-3.3-70B-Instruct on one nvidia-l4: the weights leave no memory for its cache; '
      + 'use a larger GPU, or set gpuCount to 8, or set dataset to calibrate 4 bits on'],
    ['the GPUs cannot share its heads', { repo: 'Qwen/Qwen2.5-0.5B-Instruct', gpu: Gpu.NVIDIA_L4, gpuCount: 4 },
      'Qwen/Qwen2.5-0.5B-Instruct has 14 heads, which 4 GPUs cannot share, but 2 can; set gpuCount to 2'],
    ['no engine runs on the GPU', { repo: 'Qwen/Qwen3-8B', gpu: Gpu.AWS_TRAINIUM1 },
      'vllm does not run on aws-trainium1; use a GPU of NVIDIA or AMD, or set image to one of your own'],
    ['the GPU is not in the catalog', { repo: 'Qwen/Qwen3-8B', gpu: Gpu.custom({ name: 'nvidia-x1', memory: Size.gibibytes(24), resourceName: 'nvidia.com/gpu' }) }, 'which formats nvidia-x1 computes with is not known; name a quantizer, for example Quantizer.int8()'],
  ])('is an error where %s', (...[, asked, problem]) => {
    expect(messageOf(() => quantized(asked))).toBe(`[team-a/small] quantizer is Quantizer.auto(), but ${problem}`);
  });

  test('needs a model, and options that make sense', () => {
    expect(messageOf(() => new Model(workspace(), 'm', { quantizer: Quantizer.auto() })))
      .toBe('[team-a/m] quantizer is Quantizer.auto(), which needs a model; set model, or call quantize() of a Model');
    expect(messageOf(() => Quantizer.auto({ gpuCount: 0 }))).toBe('gpuCount of Quantizer.auto is 0; give a whole number, 1 or more');
    expect(messageOf(() => Quantizer.auto({ gpu: 'nvidia-l4' as never }))).toBe("gpu of Quantizer.auto is 'nvidia-l4', which is not a Gpu; write for example Gpu.NVIDIA_L4");
    expect(messageOf(() => Quantizer.auto(null as never))).toBe('Quantizer.auto is null; give an object with any of gpu, gpuCount, contextLength');
  });

  test('never chooses what the GPU cannot run', () => {
    const gpus = GPUS.filter(({ name }) => /^(nvidia|amd)-/.test(name));
    const repos = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-32B', 'Qwen/Qwen3.6-27B', 'meta-llama/Llama-3.3-70B-Instruct'];
    const answers = gpus.flatMap((gpu) => repos.flatMap((repo) => [true, false].map((hasDataset) => (
      { gpu, answer: chooseQuantizer({ facts: factsNamed(repo), gpu, gpuCount: 1, hasDataset }) }))));
    const chosen = answers.flatMap(({ gpu, answer }) => ('quantizer' in answer ? [{ gpu, name: answer.quantizer }] : []));
    expect(chosen.filter(({ gpu, name }) => formatProblem(name, gpu) !== undefined)).toEqual([]);
    expect(chosen.filter(({ gpu, name }) => name === 'gguf' && (gpu.capability ?? 8) >= 7.5)).toEqual([]);
    expect(new Set(chosen.map(({ name }) => name))).toEqual(new Set(['fp8', 'int8', 'int4', 'nvfp4', 'gguf']));
    const refusals = answers.flatMap(({ answer }) => ('problem' in answer ? [answer.problem] : []));
    expect(refusals.filter((problem) => !/^there is nothing to be done|^even .* does not fit/.test(problem))).toEqual([]);
  });
});
