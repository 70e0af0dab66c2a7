/**
 * What known models are for, by the repository that they come from: so that a Server finds its engine, and another is an error.
 *
 * Speech: models of `SupportsTranscription` in vLLM 0.31 that need no code of their repository. Embeddings and reranking: architectures
 * of Text Embeddings Inference 1.9 (its README). What writes text is in parsers.ts. 2026-11.
 */
import { parsersOf } from './parsers';

/** What is asked of a model. */
export type ModelTask = 'text' | 'speech' | 'embed' | 'rerank';

const REPOSITORIES: Readonly<Record<Exclude<ModelTask, 'text'>, readonly RegExp[]>> = {
  speech: [
    /^openai\/whisper-/, /^distil-whisper\//, /^Qwen\/Qwen3-ASR-/, /^zai-org\/GLM-ASR-/,
  ],
  embed: [
    /^BAAI\/bge-(m3|(small|base|large)-(en|zh))/, /^intfloat\/(multilingual-)?e5-(small|base|large)/, /^sentence-transformers\//,
    /^Qwen\/Qwen3-Embedding-/, /^nomic-ai\/nomic-embed-text-/, /^mixedbread-ai\/mxbai-embed-/, /^Snowflake\/snowflake-arctic-embed-/,
    /^Alibaba-NLP\/gte-.*(base|large)$/, /^google\/embeddinggemma-/, /^thenlper\/gte-/,
  ],
  rerank: [/^BAAI\/bge-reranker-(base|large|v2-m3)$/, /^cross-encoder\/ms-marco-/, /^Alibaba-NLP\/gte-.*reranker/],
};

const TASKS = ['rerank', 'speech', 'embed'] as const;

/** What a model is for that comes from a repository; `undefined` where it is not known. */
export function taskOf(repository: string): ModelTask | undefined {
  const task = TASKS.find((each) => REPOSITORIES[each].some((pattern) => pattern.test(repository)));
  return task ?? (Object.keys(parsersOf(repository)).length > 0 ? 'text' : undefined);
}
