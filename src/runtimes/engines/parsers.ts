/**
 * How models write tool calls and what they think: the parsers of vLLM 0.31 by the repository that a model comes from.
 *
 * From vLLM's own recipes (`recipes/models` of its source distribution 0.33, Apache-2.0) and its pages on tool calling and on reasoning
 * (2026-11), as far as a parser is in 0.31 and needs no other argument, such as a chat template that the model does not bring: without
 * are therefore tool calls of Gemma 4 and DeepSeek, and all of Mistral. vLLM finds the parser of reasoning of gpt-oss by itself.
 */

export interface Parsers {
  /** Of tool calls. */
  readonly toolParser?: string;
  /** Of what the model thinks. */
  readonly reasoningParser?: string;
}

interface Family {
  readonly repositories: RegExp;
  readonly parsers: Parsers;
}

/** Forms of the same weights in fewer bits. */
const FORM = '(-FP8|-FP8-Dynamic|-AWQ|-GPTQ-Int4|-GPTQ-Int8|-BF16|-NVFP4)?';

function family(repositories: string, toolParser?: string, reasoningParser?: string): Family {
  return {
    repositories: new RegExp(`^${repositories}${FORM}$`),
    parsers: { ...(toolParser !== undefined && { toolParser }), ...(reasoningParser !== undefined && { reasoningParser }) },
  };
}

const FAMILIES: readonly Family[] = [
  family('Qwen/Qwen2\\.5-[0-9.]+B-Instruct', 'hermes'),
  family('Qwen/Qwen3-[0-9.]+B(-A[0-9]+B)?', 'hermes', 'qwen3'),
  family('Qwen/Qwen3-([0-9.]+B|Next-80B)(-A[0-9]+B)?-Instruct(-2507)?', 'hermes'),
  family('Qwen/Qwen3-([0-9.]+B|Next-80B)(-A[0-9]+B)?-Thinking(-2507)?', 'hermes', 'qwen3'),
  family('Qwen/Qwen3-Coder-[0-9.]+B-A[0-9]+B-Instruct', 'qwen3_coder'),
  family('Qwen/Qwen3\\.[568]-[0-9.]+B(-A[0-9]+B)?', 'qwen3_coder', 'qwen3'),
  family('Qwen/QwQ-32B', 'hermes', 'deepseek_r1'),
  family('meta-llama/Llama-3\\.[123]-(1|3|8|70|405)B-Instruct', 'llama3_json'),
  family('openai/gpt-oss-(20|120)b', 'openai'),
  family('google/gemma-4-(E2B|E4B|12B|31B|26B-A4B)-it', undefined, 'gemma4'),
  family('ibm-granite/granite-3\\.1-[0-9]+b(-a[0-9]+m)?-instruct', 'granite'),
  family('ibm-granite/granite-4\\.[01]-(?!.*(speech|vision|embedding)).+(?<!-base)', 'granite4'),
  family('deepseek-ai/DeepSeek-R1(-0528|-Distill-.+)?', undefined, 'deepseek_r1'),
  family('deepseek-ai/DeepSeek-V3\\.1', undefined, 'deepseek_v3'),
  family('zai-org/GLM-4\\.(5|6)(-Air)?', 'glm45', 'glm45'),
  family('zai-org/GLM-(4\\.7|5|5\\.1|5\\.2|5\\.3)(-Flash)?', 'glm47', 'glm47'),
  family('moonshotai/Kimi-K2-Instruct(-0905)?', 'kimi_k2'),
  family('moonshotai/Kimi-K2(-Thinking|\\.5|\\.6|\\.7-Code)', 'kimi_k2', 'kimi_k2'),
  family('MiniMaxAI/MiniMax-M2(\\.1|\\.5|\\.7)?', 'minimax_m2', 'minimax_m2'),
  family('nvidia/NVIDIA-Nemotron-3-(Super|Ultra)-[0-9]+B-A[0-9]+B', 'qwen3_coder', 'nemotron_v3'),
  family('ByteDance-Seed/Seed-OSS-36B-Instruct', 'seed_oss'),
  family('LiquidAI/LFM2\\.5-[0-9.]+B-Instruct', 'lfm2'),
  family('stepfun-ai/Step-3\\.[57]-Flash', 'step3p5', 'step3p5'),
];

/** The parsers of a model that comes from a repository; none where they are not known. */
export function parsersOf(repository: string): Parsers {
  return FAMILIES.find(({ repositories }) => repositories.test(repository))?.parsers ?? {};
}

/** All that vLLM 0.31 registers (`vllm/tool_parsers/__init__.py` and `vllm/reasoning/__init__.py`). */
export const TOOL_PARSERS: readonly string[] = [
  'apertus', 'cohere_command3', 'cohere_command4', 'deepseek_v3', 'deepseek_v31', 'deepseek_v32', 'deepseek_v4', 'deepseek_v41', 'dots',
  'ernie45', 'functiongemma', 'gemma4', 'gigachat3', 'glm45', 'glm47', 'granite', 'granite-20b-fc', 'granite4', 'hermes', 'hunyuan_a13b',
  'hy_v3', 'hy_v4', 'inkling', 'internlm', 'jamba', 'k2_horizon', 'kimi_k2', 'kimi_k3', 'lfm2', 'ling3', 'llama3_json', 'llama4_json',
  'llama4_pythonic', 'longcat', 'mimo', 'minicpm5', 'minimax_m2', 'minimax_m3', 'mistral', 'muse_glimmer', 'olmo3', 'openai',
  'phi4_mini_json', 'poolside_v1', 'pythonic', 'qwen3_coder', 'qwen3_xml', 'seed_oss', 'step3', 'step3p5', 'xlam',
];

export const REASONING_PARSERS: readonly string[] = [
  'cohere_command3', 'cohere_command4', 'deepseek_r1', 'deepseek_v3', 'deepseek_v4', 'deepseek_v41', 'ernie45', 'gemma4', 'glm45', 'glm47',
  'granite', 'granite_thinking_parser', 'holo2', 'hunyuan_a13b', 'hy_v3', 'hy_v4', 'inkling', 'k2_horizon', 'kimi_k2', 'kimi_k3', 'ling3',
  'mimo', 'minimax_m2', 'minimax_m2_append_think', 'minimax_m3', 'mistral', 'muse_glimmer', 'nemotron_v3', 'olmo3', 'openai_gptoss',
  'poolside_v1', 'qwen3', 'seed_oss', 'step3', 'step3p5',
];
