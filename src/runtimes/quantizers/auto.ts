/**
 * Which quantizer suits a model and the GPU that will serve it: nothing where it fits as it is, else as many bits as fit, of those that
 * the GPU computes with. Facts of vLLM 0.31 (`min_capability` of its kernels), 2026-11.
 */
import type { FactsSpec, WeightFormat } from '../../api/facts';
import type { GpuModel } from '../../catalog/gpus';
import type { Fit } from '../../sizing/fit';
import { quantizedFacts } from '../../sizing/quantizing';
import { servingFit, shareProblem } from '../../sizing/serving';
import { formatProblem } from '../formats';
import { AMD, gpuProblem, NVIDIA } from '../gpu-problem';

export interface AutoQuestion {
  /** Absent: not known. */
  readonly facts?: FactsSpec;
  /** Absent: it will be served without one. */
  readonly gpu?: GpuModel;
  readonly gpuCount: number;
  /** Most tokens of a request and its answer; absent: as many as the model was made for. */
  readonly contextLength?: number;
  /** Whether there is a dataset to calibrate on. */
  readonly hasDataset: boolean;
}

/** A quantizer and why it is this one, or why there is none, with what to do. */
export type AutoAnswer =
  | { readonly quantizer: string; readonly reason: string }
  | { readonly problem: string };

const FACTS_REMEDY = "set facts of the model, for example ModelFacts.of('Qwen/Qwen3-8B'), or name a quantizer, for example Quantizer.fp8()";

/** The first compute capabilities of Turing, of GPUs that compute in FP8, and of those that compute in FP4. */
const TURING = 7.5;
const ADA = 8.9;
const BLACKWELL = 10;

/** Below, 4 bits cost a model too much. */
const FEWEST_PARAMETERS = 3e9;

const UNQUANTIZED: readonly WeightFormat[] = ['fp32', 'bf16', 'fp16'];

/** Decides which quantizer suits. The same question has the same answer. */
export function chooseQuantizer(question: AutoQuestion): AutoAnswer {
  const { gpu, facts } = question;
  if (!gpu) return { quantizer: 'gguf', reason: 'gguf: it will be served without a GPU, by llama.cpp' };
  if (gpu.resource.startsWith(NVIDIA) && gpu.capability !== undefined && gpu.capability < TURING) {
    return { quantizer: 'gguf', reason: `gguf: ${gpu.name} is too old for vLLM, but llama.cpp runs on it` };
  }
  const wrong = gpuProblem('vllm', { gpus: { model: gpu, count: 1 } }, { vendors: [NVIDIA, AMD] });
  if (wrong) return { problem: wrong };
  if (!facts) return { problem: `what its model needs is not known; ${FACTS_REMEDY}` };
  if (!UNQUANTIZED.includes(facts.weights)) {
    return { problem: `${facts.name} is quantized to ${facts.weights} already; serve it as it is` };
  }
  return chosen({ ...question, gpu, facts });
}

type KnownQuestion = AutoQuestion & Required<Pick<AutoQuestion, 'facts' | 'gpu'>>;

interface Candidate {
  /** Absent: the model as it is. */
  readonly quantizer?: string;
  readonly fit: Fit;
}

function chosen(question: KnownQuestion): AutoAnswer {
  const uneven = shareProblem(question.facts, question.gpuCount);
  if (uneven) return { problem: `${uneven}; set gpuCount to ${sharedBy(question)}` };
  const asItIs: Candidate = { fit: fitOf(question.facts, question) };
  if (asItIs.fit.verdict === 'unknown') return { problem: `${asItIs.fit.reason}; name a quantizer, for example Quantizer.fp8()` };
  if (asItIs.fit.verdict === 'fits') return { problem: `there is nothing to be done: ${asItIs.fit.reason}; serve the model as it is, or name a quantizer` };
  const candidates = quantizersFor(question).flatMap((quantizer): Candidate[] => {
    const facts = quantizedFacts(question.facts, quantizer);
    return facts && formatProblem(quantizer, question.gpu) === undefined ? [{ quantizer, fit: fitOf(facts, question) }] : [];
  });
  const found = candidates.find(({ fit }) => fit.verdict === 'fits') ?? candidates.filter(({ fit }) => fit.verdict === 'tight').at(-1);
  if (found?.quantizer === undefined) return { problem: noneFits(question, candidates.at(-1) ?? asItIs) };
  return { quantizer: found.quantizer, reason: `${found.quantizer}: with it, ${found.fit.reason}; without it, ${asItIs.fit.reason}` };
}

/** Those of 8 bits, then those of 4. */
function quantizersFor({ facts, gpu, hasDataset }: KnownQuestion): string[] {
  const isFp8 = gpu.resource.startsWith(AMD) || (gpu.capability ?? TURING) >= ADA;
  const eight = isFp8 ? 'fp8' : 'int8';
  const keepsStates = facts.layers?.some(({ kind }) => kind === 'recurrent') ?? false;
  if (!hasDataset || keepsStates || facts.parameters < FEWEST_PARAMETERS) return [eight];
  return [eight, (gpu.capability ?? TURING) >= BLACKWELL ? 'nvfp4' : 'int4'];
}

function noneFits(question: KnownQuestion, { quantizer, fit }: Candidate): string {
  const { hasDataset, facts, gpuCount } = question;
  const calibrated = hasDataset ? '' : ', or set dataset to calibrate 4 bits on';
  const quantized = quantizer === undefined ? facts : quantizedFacts(facts, quantizer) ?? facts;
  const more = [2, 4, 8, 16].find((count) => count > gpuCount && fitOf(quantized, { ...question, gpuCount: count }).verdict === 'fits');
  return `even ${quantizer ?? 'as it is'} does not fit: ${fit.reason}; use a larger GPU${more === undefined ? '' : `, or set gpuCount to ${more}`}${calibrated}`;
}

/** The most GPUs, up to those that are asked for, that can share the heads of the model. */
function sharedBy({ facts, gpuCount }: KnownQuestion): number {
  const counts = Array.from({ length: gpuCount }, (_, index) => gpuCount - index);
  return counts.find((count) => shareProblem(facts, count) === undefined) ?? 1;
}

function fitOf(facts: FactsSpec, { gpu, gpuCount, contextLength }: KnownQuestion): Fit {
  return servingFit(facts, { gpu, tensorParallel: gpuCount, ...(contextLength !== undefined && { contextLength }) });
}
