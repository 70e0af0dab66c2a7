/** Which formats of weights run where. Facts of vLLM 0.31 (`min_capability` of its kernels, and its table of hardware), 2026-11. */
import type { GpuModel } from '../catalog/gpus';

const AMD = 'amd.com/';
/** The first compute capabilities of Turing and of Blackwell. */
const TURING = 7.5;
const BLACKWELL = 10;

interface FormatSupport {
  readonly cpu: boolean;
  readonly amd: boolean;
  /** Compute capabilities of NVIDIA's GPUs: from the first up to, not with, the second. */
  readonly nvidia: readonly [number, number];
  readonly instead: string;
}

/** By the quantizer that makes it. */
const SUPPORT: Readonly<Record<string, FormatSupport>> = {
  fp8: { cpu: false, amd: true, nvidia: [TURING, Infinity], instead: 'int8' },
  int8: { cpu: true, amd: false, nvidia: [TURING, BLACKWELL], instead: 'fp8' },
  int4: { cpu: true, amd: false, nvidia: [TURING, Infinity], instead: 'fp8' },
  nvfp4: { cpu: false, amd: false, nvidia: [TURING, Infinity], instead: 'fp8' },
};

/** Why a model of a quantization does not run on a GPU, or without one; `undefined` if it does, or if nothing is known. */
export function formatProblem(quantization: string, gpu: Pick<GpuModel, 'name' | 'resource' | 'capability'> | undefined): string | undefined {
  const support = Object.hasOwn(SUPPORT, quantization) ? SUPPORT[quantization] : undefined;
  if (!support) return undefined;
  const { cpu, amd, nvidia: [first, end], instead } = support;
  if (!gpu) return cpu ? undefined : `the model is quantized to ${quantization}, which does not run without a GPU; quantize it to int8, or to gguf for llama.cpp`;
  const { capability = first } = gpu;
  const runs = gpu.resource.startsWith(AMD) ? amd : capability >= first && capability < end;
  return runs ? undefined : `the model is quantized to ${quantization}, which does not run on ${gpu.name}; quantize it to ${instead}`;
}
