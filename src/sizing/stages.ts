/** The stages that vLLM divides the layers of a model into, for the GPUs of several nodes: pipeline parallelism. */
import type { FactsSpec, LayersSpec } from '../api/facts';

/** Of a number of the embeddings, which are not divided among stages and not quantized. */
const EMBEDDING_BYTES = 2;

/** Why the layers of a model cannot be divided into so many stages; `undefined` if they can, or are not known. */
export function stageProblem({ name, layers }: Pick<FactsSpec, 'name' | 'layers'>, stages = 1): string | undefined {
  const count = layerCount(layers);
  if (count === undefined || stages <= count) return undefined;
  return `${name} has ${count} layers, which cannot be divided into ${stages} stages (nodes × GPUs / tensorParallel)`;
}

/** Layers of the largest stage: vLLM divides 61 layers into 31 and 30. */
export function layersOfStage(layers: readonly LayersSpec[], stages = 1): LayersSpec[] {
  return layers.map((each) => ({ ...each, layers: Math.ceil(each.layers / stages) }));
}

/** Bytes of the weights of the largest stage: its layers, and the embeddings, which the first stage has, and the last. */
export function stageWeightBytes({ weightBytes, layers, vocabularySize = 0, hiddenSize }: FactsSpec, stages = 1): number {
  if (stages === 1) return weightBytes;
  const count = layerCount(layers) ?? stages;
  const embeddings = Math.min(weightBytes / 4, vocabularySize * hiddenSize * EMBEDDING_BYTES);
  return embeddings + (weightBytes - 2 * embeddings) * Math.ceil(count / stages) / count;
}

function layerCount(layers: FactsSpec['layers']): number | undefined {
  return layers?.reduce((sum, each) => sum + each.layers, 0);
}
