/** Loaders: they fetch a model or a dataset from where it is. */
import { hubMirrors } from '../hub-mirrors';
import type { ParamTable, Settings } from '../param';
import { PROGRAM_USER, programCommand } from '../program';
import type { ModelFormat, Runtime, RuntimeContainer, RuntimeContext } from '../runtime';
import { bucketCopy } from './bucket-copy';
import { installsPackages, loadFiles } from './program-files';
import { shapeProblem, SHAPE } from './shape';

/** Of a repository on a hub. */
const REPOSITORY: ParamTable = {
  repo: { type: 'text', required: true, description: 'Repository, such as Qwen/Qwen3-0.6B.', pattern: /^[\w.-]+\/[\w.-]+$/, example: 'Qwen/Qwen3-0.6B' },
  revision: { type: 'text', default: 'main', description: 'Commit, tag or branch. Only a commit is always the same.' },
  include: { type: 'list', description: 'Files to load, as globs. Default: those that engines read, and no second copy in another format.' },
  exclude: { type: 'list', description: 'Files to leave out, as globs.' },
};

const BUCKET = /^(s3|gs|az):\/\/[^\s/]+(\/[^\s]*)?$/;
const SHA256 = /^[0-9a-f]{64}$/;

const SOURCES: readonly { readonly name: string; readonly summary: string; readonly params: ParamTable }[] = [
  { name: 'huggingface', summary: 'Loads a repository of the Hugging Face Hub, or of a mirror of it.', params: REPOSITORY },
  { name: 'modelscope', summary: 'Loads a repository of ModelScope.', params: { ...REPOSITORY, revision: { type: 'text', default: 'master', description: 'Commit, tag or branch. Only a commit is always the same.' } } },
  {
    name: 'url',
    summary: 'Loads one file over HTTPS, and unpacks it where it is an archive.',
    params: {
      url: { type: 'text', required: true, description: 'Where the file is, over https.', pattern: /^https:\/\/[^\s]+$/, example: 'https://example.com/model.tar.gz' },
      sha256: { type: 'text', required: true, description: 'SHA-256 of the file, in hexadecimal.', pattern: SHA256, example: 'what sha256sum prints, 64 digits in lower case' },
      unpack: { type: 'text', default: 'auto', values: ['auto', 'no'], description: 'Whether .tar.gz, .tar.zst and .zip are unpacked.' },
    },
  },
  {
    name: 'oci',
    summary: 'Loads the files of an OCI artifact or image, such as a ModelPack or a modelcar.',
    params: { reference: { type: 'text', required: true, description: 'Reference, with a digest where it must stay the same.', pattern: /^[^\s/]+(\/[^\s]+)+$/, example: 'ghcr.io/acme/model:1' } },
  },
  {
    name: 'ollama',
    summary: 'Loads a model of the Ollama library, as a GGUF file.',
    params: { model: { type: 'text', required: true, description: 'Name and tag in the library.', pattern: /^[\w./-]+:[\w.-]+$/, example: 'qwen3:0.6b' } },
  },
  {
    name: 'bucket',
    summary: 'Copies a folder of a bucket: S3, Google Cloud Storage, Azure Blob Storage, or a store that speaks S3.',
    params: {
      url: { type: 'text', required: true, description: 'Folder, as s3://bucket/folder, gs://bucket/folder or az://account/container/folder.', pattern: BUCKET, example: 's3://acme-models/llama' },
      endpoint: { type: 'text', description: 'Endpoint of a store that speaks S3.', pattern: /^https?:\/\/[^\s]+$/, example: 'https://minio.example.com' },
      region: { type: 'text', description: 'Region of the bucket, where the store asks for it.' },
    },
  },
];

function loader({ name, summary, params }: (typeof SOURCES)[number]): Runtime {
  return {
    name,
    role: 'loader',
    version: 1,
    summary,
    ...(name !== 'bucket' && { loadsFrom: FROM[name] ?? 'internet' }),
    params: (kind) => (kind === 'Dataset' ? { ...params, ...SHAPE } : params),
    problem: ({ settings, kind }) => endpointProblem(settings) ?? (kind === 'Dataset' ? shapeProblem(settings) : undefined),
    container: (context) => loaderContainer(name, context),
    makes: (settings) => formatOf(name, settings),
  };
}

function loaderContainer(name: string, context: RuntimeContext): RuntimeContainer {
  const programFiles = loadFiles(name, context.kind, context.settings);
  return {
    image: 'uv',
    command: programCommand('load', name, context.kind.toLowerCase()),
    env: hubMirrors(context),
    program: 'load',
    programFiles,
    ...(installsPackages(programFiles) && { packages: 'at start' as const }),
    ...(name === 'bucket' && { before: bucketCopy(context.settings) }),
    ...(name === 'oci' && { readsRegistry: true as const }),
    user: PROGRAM_USER,
    resources: { cpu: '1', memory: '4Gi', disk: '2Gi' },
  };
}

/** Loaders whose host has a mirror. */
const FROM: Readonly<Record<string, NonNullable<Runtime['loadsFrom']>>> = { huggingface: 'huggingFace', modelscope: 'modelScope' };

function endpointProblem({ url, endpoint = '' }: Settings): string | undefined {
  if (endpoint === '' || String(url).startsWith('s3://')) return undefined;
  return `param endpoint is set but url is ${String(url)}; give an s3:// URL, or leave endpoint out`;
}

/** Loaders whose default choice of files is one format. */
const HUBS = ['huggingface', 'modelscope'];

function formatOf(name: string, { include = '' }: Settings): ModelFormat | undefined {
  if (name === 'ollama') return 'gguf';
  const patterns = String(include).split(',').map((pattern) => pattern.trim().toLowerCase()).filter((pattern) => pattern !== '');
  if (patterns.length > 0) return patterns.every((pattern) => pattern.endsWith('.gguf')) ? 'gguf' : undefined;
  /* By default a hub's loader leaves GGUF files out. */
  return HUBS.includes(name) ? 'safetensors' : undefined;
}

export const LOADERS: readonly Runtime[] = SOURCES.map(loader);
