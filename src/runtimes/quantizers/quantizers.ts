/** Quantizers: they make a smaller model from a model. */
import type { ParamTable } from '../param';
import { PROGRAM_DIRECTORY, PROGRAM_USER, programCommand } from '../program';
import { gpuCount, pytorchImage, pytorchProblem } from '../pytorch';
import type { Runtime, RuntimeContext } from '../runtime';

const IGNORE: ParamTable = {
  ignore: { type: 'list', description: 'Layers to leave as they are, beside those that always are: names, or re: and a regular expression.' },
};

const CALIBRATION: ParamTable = {
  calibrationSamples: { type: 'integer', default: 512, minimum: 1, description: 'Rows of the dataset to calibrate on.' },
  calibrationLength: { type: 'integer', default: 2048, minimum: 8, description: 'Tokens of each.' },
};

const ALGORITHM: ParamTable = {
  algorithm: { type: 'text', default: 'auto', values: ['auto', 'gptq', 'awq', 'rtn'], description: 'How weights are rounded. auto: gptq with a dataset, else rtn, which needs none.' },
};

/** Types of GGUF that llama.cpp makes without an importance matrix (build 11223). */
const GGUF_TYPES = ['F16', 'BF16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q5_K_S', 'Q4_K_M', 'Q4_K_S', 'Q4_0', 'Q3_K_M', 'Q2_K'];

interface Compression {
  readonly name: string;
  readonly summary: string;
  readonly params: ParamTable;
  readonly needsDataset?: boolean;
}

function compressor({ name, summary, params, needsDataset = false }: Compression): Runtime {
  return {
    name,
    role: 'quantizer',
    version: 1,
    summary,
    params: () => params,
    problem: (context) => modelProblem(name, context) ?? datasetProblem(name, needsDataset, context)
      ?? pytorchProblem(`quantizer ${name}`, context),
    container: (context) => ({
      image: pytorchImage(context),
      command: programCommand('quantize', name),
      env: { HF_HUB_OFFLINE: '1', HF_HOME: '/tmp/hf', TOKENIZERS_PARALLELISM: 'false', ...gpuCount(context) },
      program: 'quantize',
      packages: 'at start',
      user: PROGRAM_USER,
      resources: { cpu: '2', memory: '8Gi', disk: '10Gi' },
    }),
    makes: () => 'safetensors',
    takes: ['safetensors'],
  };
}

function modelProblem(name: string, { hasModel }: RuntimeContext): string | undefined {
  return hasModel ? undefined : `quantizer ${name} needs a model; set model, or call quantize() of a Model`;
}

function datasetProblem(name: string, needsDataset: boolean, { hasDataset, settings: { algorithm } }: RuntimeContext): string | undefined {
  if (hasDataset || !(needsDataset || algorithm === 'gptq' || algorithm === 'awq')) return undefined;
  const what = needsDataset ? `quantizer ${name}` : `param algorithm is ${String(algorithm)}, which`;
  return `${what} needs a dataset to calibrate on; set dataset${needsDataset ? ', or use fp8' : ', or set algorithm to rtn'}`;
}

const gguf: Runtime = {
  name: 'gguf',
  role: 'quantizer',
  version: 1,
  summary: 'Converts a model to one GGUF file for llama.cpp, and quantizes it.',
  params: () => ({ type: { type: 'text', default: 'Q4_K_M', values: GGUF_TYPES, description: 'Type of the weights.' } }),
  problem: (context) => modelProblem('gguf', context),
  container: () => ({
    image: 'llama-cpp-full',
    command: ['sh', `${PROGRAM_DIRECTORY}/gguf.sh`],
    program: 'gguf',
    user: PROGRAM_USER,
    resources: { cpu: '2', memory: '4Gi', disk: '2Gi' },
  }),
  makes: () => 'gguf',
  takes: ['safetensors'],
};

export const QUANTIZERS: readonly Runtime[] = [
  compressor({ name: 'fp8', params: IGNORE, summary: 'Weights and activations of 8 bits in floating point: Ada, Hopper, Blackwell, MI300X. Turing and Ampere use the weights alone.' }),
  compressor({ name: 'int8', params: { ...IGNORE, ...CALIBRATION }, summary: 'Weights and activations of 8 bits in integers: Turing to Hopper, and CPUs.' }),
  compressor({ name: 'int4', params: { ...IGNORE, ...CALIBRATION, ...ALGORITHM }, summary: 'Weights of 4 bits in integers: Turing and newer.' }),
  compressor({
    name: 'nvfp4', params: { ...IGNORE, ...CALIBRATION }, needsDataset: true, summary: 'Weights and activations of 4 bits in floating point: Blackwell. Turing to Hopper use the weights alone.',
  }),
  gguf,
];
