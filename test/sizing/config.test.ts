import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FactsSpec } from '../../src/api/facts';
import { factsNamed } from '../../src/catalog/known-models';
import { factsOfConfig, type ModelConfig } from '../../src/sizing/config';

function configOf(file: string): ModelConfig {
  return JSON.parse(fs.readFileSync(path.join(__dirname, 'configs', `${file}.json`), 'utf8')) as ModelConfig;
}

function shape({ layers = [], heads, contextLength, hiddenSize, intermediateSize, vocabularySize }: Partial<FactsSpec> = {}): unknown {
  return { layers: new Set(layers), heads, contextLength, hiddenSize, intermediateSize, vocabularySize };
}

const PLAIN = configOf('Qwen3-8B');
const SIZES = { parameters: 1e9, weightBytes: 1e9 };

test.each([
  ['Qwen3-8B', 'Qwen/Qwen3-8B'], ['Meta-Llama-3.1-8B', 'meta-llama/Llama-3.1-8B'], ['Qwen3-30B-A3B', 'Qwen/Qwen3-30B-A3B'],
  ['gpt-oss-120b', 'openai/gpt-oss-120b'], ['gemma-4-26B-A4B', 'google/gemma-4-26B-A4B-it'], ['Qwen3.6-27B-NVFP4', 'Qwen/Qwen3.6-27B'],
  ['DeepSeek-R1', 'deepseek-ai/DeepSeek-R1-0528'], ['NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'],
  ['MiniMax-M2.7', 'MiniMaxAI/MiniMax-M2.7'],
])('the config of %s says what the table says', (file, name) => {
  const read = factsOfConfig(configOf(file), { name, ...SIZES });
  expect(shape(read)).toEqual(shape(factsNamed(name)));
});

test.each([['Qwen3-8B', 'Qwen/Qwen3-8B'], ['Meta-Llama-3.1-8B', 'meta-llama/Llama-3.1-8B'], ['Qwen3-30B-A3B', 'Qwen/Qwen3-30B-A3B']])(
  'parameters and bytes of %s are counted: within 1 %%', (file, name) => {
    const { parameters = 0, weightBytes = 0 } = factsNamed(name) ?? {};
    const read = factsOfConfig(configOf(file), { name });
    expect(Math.abs(read.parameters - parameters) / parameters).toBeLessThan(0.01);
    expect(Math.abs(read.weightBytes - weightBytes) / weightBytes).toBeLessThan(0.01);
  });

test.each([
  ['Qwen3-30B-A3B', 'Qwen/Qwen3-30B-A3B'], ['gpt-oss-120b', 'openai/gpt-oss-120b'], ['gemma-4-26B-A4B', 'google/gemma-4-26B-A4B-it'],
  ['DeepSeek-R1', 'deepseek-ai/DeepSeek-R1-0528'], ['NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'],
  ['MiniMax-M2.7', 'MiniMaxAI/MiniMax-M2.7'],
])('the active parameters of %s are those of the table, within a quarter', (file, name) => {
  const { parameters = 0, activeParameters = 0 } = factsNamed(name) ?? {};
  const read = factsOfConfig(configOf(file), { name, weightBytes: 1e9, parameters });
  expect(Math.abs((read.activeParameters ?? 0) - activeParameters) / activeParameters).toBeLessThan(0.25);
});

test('a model without experts computes with all of its parameters', () => {
  expect(factsOfConfig(PLAIN, { name: 'it' })).not.toHaveProperty('activeParameters');
});

test.each([['Qwen3.6-27B-NVFP4', 'nvfp4'], ['gpt-oss-120b', 'mxfp4'], ['DeepSeek-R1', 'fp8'], ['Qwen3-8B', 'bf16']])('the weights of %s are in %s', (file, weights) => {
  expect(factsOfConfig(configOf(file), { name: file, ...SIZES }).weights).toBe(weights);
});

test('what a sparse attention keeps is not known', () => {
  expect(factsOfConfig(configOf('GLM-5.3'), { name: 'GLM-5.3', ...SIZES }).layers).toBeUndefined();
});

test.each<[string, unknown, string]>([
  ['an array', [], 'it is not an object; a config.json of transformers is'],
  ['null', null, 'it is not an object; a config.json of transformers is'],
  ['a config of something else', { name: 'app', version: '1' }, 'it has no num_hidden_layers, so it is not the config.json of a language model; give that of the model itself'],
  ['no hidden size', { ...PLAIN, hidden_size: undefined }, 'it has no hidden_size, which the config.json of a language model has; give the facts by numbers'],
  ['a hidden size of 0', { ...PLAIN, hidden_size: 0 }, 'it has no hidden_size, which the config.json of a language model has; give the facts by numbers'],
  ['layers that are more than there are', { ...PLAIN, layer_types: ['full_attention'] },
    'it contradicts itself: layer_types has 1 entries but num_hidden_layers is 36; give the config.json as it is in the repository'],
  ['an adapter', { peft_type: 'LORA', base_model_name_or_path: 'Qwen/Qwen3-8B' }, 'it is the config of an adapter; give the config.json of its base'],
  ['an unknown type', { ...PLAIN, torch_dtype: 'float7' }, 'its dtype is float7; known are float32, bfloat16, float16; give the facts by numbers'],
  ['an unknown quantization', { ...PLAIN, quantization_config: { quant_method: 'magic' } },
    'its quantization_config.quant_method is magic, which does not say the format of the weights; give the facts by numbers'],
  ['quantized weights without their size', configOf('MiniMax-M2.7'), 'the config has quantized weights, whose size it does not say; give weightSize'],
  ['layers that cannot be counted', configOf('Qwen3.6-27B-NVFP4'), 'the number of parameters cannot be counted from this config; give parameters'],
])('%s is refused', (_, config, message) => {
  expect(() => factsOfConfig(config as ModelConfig, { name: 'it' })).toThrow(new TypeError(message));
});

test.each([
  ['compressed-tensors, int4', { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 4, type: 'int' } } } }, 'int4'],
  ['compressed-tensors, int8', { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 8, type: 'int' } } } }, 'int8'],
  ['compressed-tensors, fp8', { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 8, type: 'float' } } } }, 'fp8'],
  ['awq', { quant_method: 'awq' }, 'int4'],
])('weights of %s', (_, quantization, weights) => {
  expect(factsOfConfig({ ...PLAIN, quantization_config: quantization }, { name: 'it', ...SIZES }).weights).toBe(weights);
});
