/**
 * Whether a model can be finetuned on GPUs of a node.
 *
 * LoRA and full: measured on one H100 with TRL 1.16, PEFT 0.21, PyTorch 2.11, gradient checkpointing and AdamW
 * (test/sizing/training.test.ts has the rows). QLoRA, DPO and several GPUs are computed from those and not measured.
 */
import type { FactsSpec, LayersSpec } from '../api/facts';
import { type GpuMemory, mostUsableGiB, usableGiB } from '../catalog/gpu-memory';
import { type Fit, type FitPart, gib, GIB } from './fit';

export interface TrainingOptions {
  readonly task: 'sft' | 'dpo';
  readonly method: 'full' | 'lora' | 'qlora';
  readonly gpu: GpuMemory;
  readonly gpus: number;
  /** Rows of a step on each GPU, and most tokens of each. */
  readonly batchSize: number;
  readonly maxLength: number;
  readonly loraRank?: number;
}

/** What CUDA holds beside what PyTorch reserves, and the share of a GPU that fragments. */
const CONTEXT_GIB = 0.75;
const FRAGMENTED = 0.05;

const LORA_SLACK_GIB = 0.2;
/** Dequantized layers, and the larger buffers of bitsandbytes. */
const QLORA_SLACK_GIB = 1.5;
/** Bytes of a weight of 4 bits with the scales of its block. */
const QLORA_BYTES = 0.55;
/** Part of a GPU's memory from which on its weights are divided among several GPUs, also for LoRA: WEIGHTS_ON_ONE_GPU of training.py. */
const WEIGHTS_ON_ONE_GPU = 0.8;
/** Activations of a layer: the input that is kept, and what is recomputed. */
const ACTIVATIONS = 2.4;

/** Peak of the memory of one GPU, by what takes it. */
export function trainingParts(facts: FactsSpec, options: TrainingOptions): FitPart[] {
  const { method, gpus } = options;
  if (method === 'full') return fullParts(facts, options);
  const trainable = trainableParameters(facts, options.loraRank ?? 16);
  const shares = isDivided(facts, options) ? gpus : 1;
  return [
    { name: 'weights', gib: (method === 'qlora' ? weightsOf4Bits(facts) : 2 * facts.parameters) / GIB / shares },
    { name: 'adapter and its optimizer', gib: 10 * trainable / GIB / shares },
    ...(shares > 1 ? [layerBeingComputed(facts)] : []),
    { name: 'activations', gib: ACTIVATIONS * keptActivations(facts, options) / GIB },
    { name: 'buffers', gib: method === 'qlora' ? QLORA_SLACK_GIB : LORA_SLACK_GIB },
    ...(gpus > 1 ? [{ name: 'gradients of other GPUs', gib: 2 * trainable / GIB }] : []),
  ];
}

/** All weights in float32: the step of the optimizer is the peak, whatever the tokens, until those exceed it. */
function fullParts(facts: FactsSpec, options: TrainingOptions): FitPart[] {
  const { gpus, task } = options;
  const states = 16.32 * facts.parameters / GIB / gpus;
  const gradients = 12 * facts.parameters / GIB / gpus;
  const activations = ACTIVATIONS * keptActivations(facts, options) / GIB;
  return [
    { name: 'weights, gradients and optimizer', gib: states },
    { name: 'activations beyond those', gib: Math.max(0, gradients + activations - states) },
    { name: 'buffers', gib: 0.5 },
    ...(gpus > 1 ? [layerBeingComputed(facts)] : []),
    ...(task === 'dpo' ? [{ name: 'reference model', gib: 2 * facts.parameters / GIB / gpus }] : []),
  ];
}

/** Whether the GPUs hold the weights together that an adapter is trained on, not each a copy. */
export function isDivided({ weightBytes }: FactsSpec, { method, gpus, gpu }: Pick<TrainingOptions, 'method' | 'gpus' | 'gpu'>): boolean {
  return method === 'lora' && gpus > 1 && weightBytes / GIB > WEIGHTS_ON_ONE_GPU * usableGiB(gpu);
}

/** Where the GPUs hold the weights together, each has one layer whole at a time. */
function layerBeingComputed(facts: FactsSpec): FitPart {
  return { name: 'the layer that is computed', gib: 2 * facts.parameters / (layerCount(facts) || 1) / GIB };
}

function keptActivations(facts: FactsSpec, { batchSize, maxLength, task }: TrainingOptions): number {
  const rows = task === 'dpo' ? 2 * batchSize : batchSize;
  return 2 * layerCount(facts) * facts.hiddenSize * rows * maxLength;
}

/** Embeddings and the output stay in 16 bits. */
function weightsOf4Bits({ parameters, vocabularySize = 0, hiddenSize }: FactsSpec): number {
  const embeddings = Math.min(parameters, 2 * vocabularySize * hiddenSize);
  return QLORA_BYTES * (parameters - embeddings) + 2 * embeddings;
}

function layerCount({ layers = [] }: FactsSpec): number {
  return layers.reduce((sum, each) => sum + each.layers, 0);
}

/** Weights of an adapter on all linear layers. Experts are not among them. */
export function trainableParameters(facts: FactsSpec, rank: number): number {
  const { hiddenSize, intermediateSize = 0, layers = [] } = facts;
  const feedForward = 3 * (intermediateSize > 0 ? hiddenSize + intermediateSize : 0);
  return rank * layers.reduce((sum, each) => sum + each.layers * (feedForward + attentionWidths(facts, each)), 0);
}

/** Inputs and outputs of the four projections of a layer of attention. */
function attentionWidths({ hiddenSize, heads = 0 }: FactsSpec, layer: LayersSpec): number {
  if (layer.kind !== 'full' && layer.kind !== 'sliding') return 4 * 2 * hiddenSize;
  const queries = heads * layer.headDim;
  const keys = layer.kvHeads * layer.headDim;
  return 2 * (hiddenSize + queries) + 2 * (hiddenSize + keys);
}

/** Whether a model can be finetuned so. */
export function trainingFit(facts: FactsSpec, options: TrainingOptions): Fit {
  const usable = usableGiB(options.gpu);
  const parts = [...trainingParts(facts, options), { name: 'CUDA and fragmentation', gib: CONTEXT_GIB + FRAGMENTED * usable }];
  if (!facts.layers) return { verdict: 'unknown', reason: `the layers of ${facts.name} are not known`, usableGiB: usable, parts };
  const needed = parts.reduce((sum, part) => sum + part.gib, 0);
  const { method, gpus, gpu, batchSize, maxLength } = options;
  const what = `${facts.name}, finetuned by ${method} with ${batchSize} × ${maxLength} tokens on ${gpus === 1 ? 'one' : gpus} ${gpu.name}`;
  const reason = `${what}: ${gib(needed)} of ${gib(usable)} GiB${gpus === 1 ? '' : ' each'}`;
  return { verdict: needed > mostUsableGiB(options.gpu) ? 'no' : needed > 0.95 * usable ? 'tight' : 'fits', reason, usableGiB: usable, parts };
}
