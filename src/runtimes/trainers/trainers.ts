/** Trainers: they make a model from a model and a dataset, with TRL. */
import type { ParamTable } from '../param';
import { PROGRAM_USER, programCommand } from '../program';
import { gpuCount, pytorchImage, pytorchProblem } from '../pytorch';
import type { Runtime, RuntimeContext } from '../runtime';

const METHODS = ['full', 'lora', 'qlora'];

/** Defaults are those of TRL 1.16, but for those that its users regret: see docs/runtimes.md. */
const COMMON: ParamTable = {
  method: { type: 'text', default: 'lora', values: METHODS, description: 'What is trained: all weights, an adapter of low rank, or that on weights of 4 bits.' },
  output: { type: 'text', default: 'merged', values: ['merged', 'adapter', 'both'], description: 'Whether the model has the adapter merged into it, is the adapter alone, or both.' },
  epochs: { type: 'number', default: 1, minimum: 0.0001, description: 'How often the dataset is read.' },
  maxSteps: { type: 'integer', default: 0, minimum: 0, description: 'Steps after which training ends; 0 is by epochs.' },
  learningRate: { type: 'number', default: 0, minimum: 0, maximum: 1, description: 'Learning rate; 0 is 2e-4 for an adapter, 2e-5 for all weights, and a tenth of that for preferences.' },
  batchSize: { type: 'integer', default: 1, minimum: 1, description: 'Rows of a step on each GPU.' },
  gradientAccumulation: { type: 'integer', default: 8, minimum: 1, description: 'Steps of which the gradients are added up before the weights change.' },
  maxLength: { type: 'integer', default: 2048, minimum: 8, description: 'Tokens of a row; what is longer is cut.' },
  warmupRatio: { type: 'number', default: 0.03, minimum: 0, maximum: 1, description: 'Fraction of the steps in which the learning rate rises.' },
  weightDecay: { type: 'number', default: 0, minimum: 0, maximum: 1, description: 'Weight decay.' },
  scheduler: { type: 'text', default: 'cosine', values: ['linear', 'cosine', 'constant', 'constant_with_warmup'], description: 'How the learning rate falls.' },
  seed: { type: 'integer', default: 0, minimum: 0, maximum: 4294967295, description: 'Decides the order of the rows, and the adapter at its start.' },
  loraRank: { type: 'integer', default: 16, minimum: 1, maximum: 512, description: 'Rank of the adapter.' },
  loraAlpha: { type: 'integer', default: 32, minimum: 1, description: 'Scale of the adapter.' },
  loraDropout: { type: 'number', default: 0, minimum: 0, maximum: 1, description: 'Dropout of the adapter.' },
  loraTargets: { type: 'list', default: 'all-linear', description: 'Layers that the adapter changes.' },
  evalSteps: { type: 'integer', default: 0, minimum: 0, description: 'Steps between evaluations; 0 is the end of each epoch.' },
  checkpointSteps: { type: 'integer', default: 0, minimum: 0, description: 'Steps between checkpoints; 0 is the end of each epoch. There is one too when the pod is asked to end.' },
  loggingSteps: { type: 'integer', default: 10, minimum: 1, description: 'Steps between lines of metrics.jsonl.' },
};

const SFT: ParamTable = {
  ...COMMON,
  packing: { type: 'boolean', default: false, description: 'Whether rows share a sequence, so that none of it is padding.' },
  completionOnly: { type: 'text', default: 'auto', values: ['auto', 'true', 'false'], description: 'Whether only answers are learnt. auto: yes where a row has prompt and completion.' },
};

const DPO: ParamTable = { ...COMMON, beta: { type: 'number', default: 0.1, minimum: 0, description: 'How far the model may go from where it started.' } };

/** What needs no network once its packages are there. */
const ENV = {
  HF_HUB_OFFLINE: '1', HF_HOME: '/tmp/hf',
  /* On the staging volume: it is as large as the dataset. */
  HF_DATASETS_CACHE: '/content/artifacts/checkpoints/.datasets',
  TRITON_CACHE_DIR: '/tmp/triton', TORCHINDUCTOR_CACHE_DIR: '/tmp/inductor', TOKENIZERS_PARALLELISM: 'false', PYTORCH_ALLOC_CONF: 'expandable_segments:True',
};

function trainer(name: string, summary: string, params: ParamTable): Runtime {
  return {
    name,
    role: 'trainer',
    version: 1,
    summary,
    params: () => params,
    problem: (context) => inputsProblem(name, context) ?? pytorchProblem(`trainer ${name}`, context) ?? settingsProblem(context),
    container: (context) => ({
      image: pytorchImage(context),
      command: programCommand('train', name),
      env: { ...ENV, ...gpuCount(context) },
      program: 'train',
      packages: 'at start',
      user: PROGRAM_USER,
      resources: { cpu: '2', memory: '8Gi', disk: '10Gi' },
      /* To the end of a step, and for the checkpoint. */
      graceSeconds: 600,
    }),
    makes: ({ output }) => (output === 'adapter' ? 'adapter' : 'safetensors'),
    takes: ['safetensors'],
    takesRows: name === 'dpo' ? ['preference'] : ['messages', 'prompt-completion', 'text'],
  };
}

function inputsProblem(name: string, { hasModel, hasDataset }: RuntimeContext): string | undefined {
  if (!hasModel) return `trainer ${name} needs a model; set model, or call finetune() of a Model`;
  return hasDataset ? undefined : `trainer ${name} needs a dataset; set dataset`;
}

function settingsProblem({ settings, gpus }: RuntimeContext): string | undefined {
  const { method, output } = settings;
  if (method === 'full' && output !== 'merged') return `param output is ${String(output)} but method is full, which has no adapter; leave output out, or set method to lora`;
  if (method === 'qlora' && !gpus) return 'param method is qlora, which needs a GPU; set resources.gpu, or set method to lora';
  return undefined;
}

export const TRAINERS: readonly Runtime[] = [
  trainer('sft', 'Finetunes a model on texts, conversations, or prompts with their completions.', SFT),
  trainer('dpo', 'Finetunes a model on preferences: of two answers, which is the better one.', DPO),
];
