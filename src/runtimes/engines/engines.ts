/** Engines: they serve a model over HTTP. */
import type { Runtime } from '../runtime';
import { embeddings } from './embeddings';
import { llamaCpp } from './llama-cpp';
import { speech } from './speech';
import { vllm } from './vllm';

export const ENGINES: readonly Runtime[] = [vllm, llamaCpp, embeddings, speech];
