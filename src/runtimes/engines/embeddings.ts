/** Text Embeddings Inference: encoders and rerankers. */
import { gpuProblem, NVIDIA, TURING } from '../gpu-problem';
import type { ParamTable } from '../param';
import { PROGRAM_USER } from '../program';
import type { Runtime } from '../runtime';

const PARAMS: ParamTable = {
  pooling: { type: 'text', values: ['', 'cls', 'mean', 'splade', 'last-token'], description: 'How the embedding of a text is made of those of its tokens. Default: as the model says.' },
  autoTruncate: { type: 'boolean', default: true, description: 'Whether a text that is too long is cut. If not, maxBatchTokens must be as large as the longest input of the model.' },
  maxBatchTokens: { type: 'integer', default: 16384, minimum: 1, description: 'Most tokens that are computed at once.' },
};

/**
 * As many texts as a request to OpenAI may have. Clients of it send so many, or 1000 (LangChain), of which the server takes 32 by default.
 * https://github.com/huggingface/text-embeddings-inference/issues/378
 */
const TEXTS_OF_A_REQUEST = '2048';

export const embeddings: Runtime = {
  name: 'embeddings',
  role: 'engine',
  version: 1,
  summary: 'Serves embeddings and reranking by Text Embeddings Inference, on NVIDIA GPUs and CPUs.',
  params: () => PARAMS,
  problem: (context) => gpuProblem('embeddings', context, { vendors: [NVIDIA], capability: TURING }),
  container: ({ settings: { pooling, autoTruncate, maxBatchTokens }, gpus, name, port }) => ({
    image: gpus ? 'embeddings-cuda' : 'embeddings-cpu',
    ...(!gpus && { architecture: 'amd64' }),
    args: [
      '--model-id', '/content/model', '--served-model-name', name, '--hostname', '0.0.0.0', '--port', String(port),
      '--max-batch-tokens', String(maxBatchTokens),
      ...(pooling === '' ? [] : ['--pooling', String(pooling)]),
    ],
    env: { AUTO_TRUNCATE: String(autoTruncate), HOME: '/tmp', HF_HUB_OFFLINE: '1', HUGGINGFACE_HUB_CACHE: '/tmp', MAX_CLIENT_BATCH_SIZE: TEXTS_OF_A_REQUEST },
    user: PROGRAM_USER,
    resources: { cpu: '2', memory: '4Gi', disk: '1Gi' },
    serving: { readinessPath: '/health' },
  }),
  takes: ['safetensors'],
  serves: () => ['embed', 'rerank'],
};
