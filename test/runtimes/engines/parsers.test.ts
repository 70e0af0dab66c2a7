import { parsersOf, REASONING_PARSERS, TOOL_PARSERS } from '../../../src/runtimes/engines/parsers';

describe('the parsers of a model', () => {
  test.each([
    ['Qwen/Qwen3-0.6B', { toolParser: 'hermes', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-30B-A3B', { toolParser: 'hermes', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-8B-AWQ', { toolParser: 'hermes', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-235B-A22B-Instruct-2507', { toolParser: 'hermes' }],
    ['Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8', { toolParser: 'qwen3_coder' }],
    ['Qwen/Qwen3.6-35B-A3B', { toolParser: 'qwen3_coder', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen2.5-0.5B-Instruct', { toolParser: 'hermes' }],
    ['meta-llama/Llama-3.1-8B-Instruct', { toolParser: 'llama3_json' }],
    ['openai/gpt-oss-20b', { toolParser: 'openai' }],
    ['google/gemma-4-31B-it', { reasoningParser: 'gemma4' }],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B', { reasoningParser: 'deepseek_r1' }],
    ['ibm-granite/granite-4.1-8b', { toolParser: 'granite4' }],
    ['zai-org/GLM-4.5-Air', { toolParser: 'glm45', reasoningParser: 'glm45' }],
    ['moonshotai/Kimi-K2-Thinking', { toolParser: 'kimi_k2', reasoningParser: 'kimi_k2' }],
  ])('of %s are those that vLLM names for it', (repository, parsers) => {
    expect(parsersOf(repository)).toEqual(parsers);
    const { toolParser = 'hermes', reasoningParser = 'qwen3' }: { toolParser?: string; reasoningParser?: string } = parsers;
    expect([TOOL_PARSERS.includes(toolParser), REASONING_PARSERS.includes(reasoningParser)]).toEqual([true, true]);
  });

  test.each([
    'Qwen/Qwen3-0.6B-Base', 'Qwen/Qwen3-Embedding-0.6B', 'Qwen/Qwen2.5-VL-7B-Instruct', 'meta-llama/Llama-3.1-8B', 'acme/Qwen3-0.6B',
    'ibm-granite/granite-4.0-micro-base', 'ibm-granite/granite-4.0-1b-speech', 'Qwen/Qwen3-8B-GGUF', 'mistralai/Ministral-3-8B-Instruct-2512', 'HuggingFaceTB/SmolLM2-135M-Instruct',
  ])('of %s are not known', (repository) => {
    expect(parsersOf(repository)).toEqual({});
  });
});
