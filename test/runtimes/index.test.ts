import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsModule } from '../../scripts/programs';
import { KINDS } from '../../src/api/resource';
import { IMAGES } from '../../src/catalog/images';
import { KINDS_OF_ROLE, programFiles, RUNTIMES, runtimeNamed, runtimeProblem, settingsOf } from '../../src/runtimes';
import type { ParamTable, ProgramName, Runtime, RuntimeContext } from '../../src/runtimes';
import { platformOf } from '../expand/fixtures';

/** Settings with something in each that is required. */
function example(table: ParamTable): RuntimeContext['settings'] {
  const required = Object.entries(table).filter(([, { required: isRequired }]) => isRequired);
  return { ...settingsOf(table), ...Object.fromEntries(required.map(([key, param]) => [key, 'example' in param ? param.example ?? '' : ''])) };
}

const EACH = RUNTIMES.flatMap((runtime) => KINDS_OF_ROLE[runtime.role].map((kind) => ({ name: runtime.name, kind, runtime })));

function contextOf({ kind, runtime }: (typeof EACH)[number]): RuntimeContext {
  return { settings: example(runtime.params(kind)), kind, name: 'x', port: 8080, platform: platformOf('gcp'), hasModel: true, hasDataset: true };
}

function programOf({ runtime, ...each }: (typeof EACH)[number]): ProgramName {
  return runtime.container(contextOf({ runtime, ...each })).program ?? 'load';
}

/** What its pod has at /opt/substratus: of a Dataset with its rows in a shape, so all that the kind may need. */
function filesOf(each: (typeof EACH)[number]): Readonly<Record<string, string>> {
  const context = contextOf(each);
  const { program, programFiles: needed } = each.runtime.container({ ...context, settings: { ...context.settings, ...(each.kind === 'Dataset' && { format: 'text' }) } });
  return program ? programFiles(program, needed) : {};
}

describe('each ready-made program', () => {
  test('has a name of its own', () => {
    expect(new Set(RUNTIMES.map(({ name }) => name)).size).toBe(RUNTIMES.length);
  });

  test.each(EACH)('$name for a $kind accepts its defaults and names an image of the catalog', (each) => {
    const context = contextOf(each);
    expect(each.runtime.problem?.(context)).toBeUndefined();
    expect(Object.keys(IMAGES)).toContain(each.runtime.container(context).image);
  });

  test.each(EACH)('$name for a $kind has the files of its program', (each) => {
    const { program, command = [] } = each.runtime.container(contextOf(each));
    if (!program) return expect(command).toEqual([]);
    const [script = '', python] = command.filter((word) => /\.(sh|py)$/.test(word)).map((word) => word.replace('/opt/substratus/', ''));
    const files = Object.keys(filesOf(each));
    expect(files).toContain(script);
    if (python) expect(files).toEqual(expect.arrayContaining([python, 'requirements.txt']));
    return undefined;
  });

  test.each(EACH)('$name for a $kind has all modules that its modules import', (each) => {
    const ours = new Set(Object.keys(each.runtime.container(contextOf(each)).program === undefined ? {} : programFiles(programOf(each))));
    const files = filesOf(each);
    const imported = Object.values(files).flatMap((text) => [...text.matchAll(/^(?:from|import) (\w+)/gm)].map(([, module]) => `${module ?? ''}.py`));
    expect(imported.filter((file) => ours.has(file) && !Object.hasOwn(files, file))).toEqual([]);
  });

  test.each(EACH)('$name for a $kind describes its params in sentences', ({ runtime, kind }) => {
    const params = Object.values(runtime.params(kind));
    expect(params.filter(({ description }) => !/^[A-Z].*\.$/.test(description) && !/^[a-z]+.*\.$/.test(description))).toEqual([]);
    expect(runtime.summary).toMatch(/^[A-Z].*\.$/);
  });

  test.each(EACH)('$name for a $kind reads each of its params', (each) => {
    const { program } = each.runtime.container(contextOf(each));
    const { before } = each.runtime.container({ ...contextOf(each), settings: { ...contextOf(each).settings, endpoint: '"endpoint"', region: '"region"' } });
    const texts = [...Object.values(filesOf(each)), ...Object.values(before?.env ?? {})];
    const text = program && program !== 'llama-cpp' ? texts.join('\n') : undefined;
    const unread = Object.keys(each.runtime.params(each.kind)).filter((key) => text !== undefined && !text.includes(`"${key}"`));
    expect(unread).toEqual([]);
  });

  test.each(EACH)('$name for a $kind is small: each of its objects has a ConfigMap of it', (each) => {
    expect(JSON.stringify(filesOf(each)).length).toBeLessThan(each.kind === 'Dataset' ? 96_000 : 75_000);
  });
});

test('a loader has what it needs, and not what other loaders do', () => {
  const filesFor = (name: string, kind: 'Model' | 'Dataset' = 'Model', format = '') => {
    const { settings, ...context } = contextOf({ name, kind, runtime: runtimeNamed(name) as Runtime });
    const { programFiles: needed } = (runtimeNamed(name) as Runtime).container({ ...context, settings: { ...settings, format } });
    return programFiles('load', needed);
  };
  expect(Object.keys(filesFor('huggingface')).sort()).toEqual([
    'job.py', 'load.py', 'load_files.py', 'load_hub.py', 'load_hub_child.py', 'requirements.txt', 'run.sh',
  ]);
  const lockOf = (...args: Parameters<typeof filesFor>) => (filesFor(...args)['requirements.txt'] ?? '').match(/^[a-z-]+(?===)/gm);
  expect(lockOf('huggingface')).toContain('huggingface-hub');
  expect(lockOf('huggingface', 'Dataset', 'messages')).toEqual(expect.arrayContaining(['huggingface-hub', 'pyarrow']));
  expect(lockOf('url')).toEqual(['zstandard']);
  expect(filesFor('bucket')['requirements.txt']).toBe('');
});

test('the texts of the programs are those of the files', () => {
  expect(readFileSync(join(__dirname, '../../src/runtimes/programs/texts.ts'), 'utf8')).toBe(programsModule());
});

describe('the runtime of a resource', () => {
  test.each([
    ['Model', { name: 'hugginface' }, 'runtime is hugginface, which does not exist; did you mean huggingface?'],
    ['Server', { name: 'zzzzzzzzzzzz' }, 'runtime is zzzzzzzzzzzz, which does not exist; use one of vllm, llama-cpp, embeddings, speech'],
    ['Server', { name: 'sft' }, 'runtime is sft, a trainer, which a Server cannot run; use one of vllm, llama-cpp, embeddings, speech'],
    ['Dataset', { name: 'vllm' }, 'runtime is vllm, an engine, which a Dataset cannot run; use one of huggingface, modelscope, url, oci, ollama, bucket'],
    ['Model', { name: 'sft', version: 2 }, 'runtime sft has version 2, but this release knows 1 at most; upgrade cdk-substratus and its reconciler'],
  ] as const)('%s with %j is refused', (kind, spec, message) => {
    expect(runtimeProblem(kind, spec)).toBe(message);
  });

  test('every kind has one', () => {
    expect(KINDS.filter((kind) => !RUNTIMES.some(({ role }) => KINDS_OF_ROLE[role].includes(kind)))).toEqual([]);
    expect(runtimeProblem('Model', { name: 'huggingface', version: 1 })).toBeUndefined();
  });
});

describe('settings that contradict each other', () => {
  const problemOf = (name: string, settings: object, changes: Partial<RuntimeContext> = {}) => {
    const runtime = runtimeNamed(name) as Runtime;
    const [kind = 'Model'] = KINDS_OF_ROLE[runtime.role].slice(changes.kind === 'Dataset' ? 1 : 0);
    const context = contextOf({ name, kind, runtime });
    return runtime.problem?.({ ...context, ...changes, settings: { ...context.settings, ...settings } });
  };
  const L4 = { name: 'nvidia-l4', memoryGiB: 24, resource: 'nvidia.com/gpu', cpu: 3, hostMemoryGiB: 10, capability: 8.9 };

  test.each([
    ['sft', {}, { hasDataset: false }, 'trainer sft needs a dataset; set dataset'],
    ['dpo', {}, { hasModel: false }, 'trainer dpo needs a model; set model, or call finetune() of a Model'],
    ['sft', { method: 'full', output: 'adapter' }, {}, 'param output is adapter but method is full, which has no adapter; leave output out, or set method to lora'],
    ['sft', { method: 'qlora' }, {}, 'param method is qlora, which needs a GPU; set resources.gpu, or set method to lora'],
    ['sft', {}, { gpus: { model: { ...L4, name: 'nvidia-v100', capability: 7 }, count: 1 } }, 'trainer sft does not run on nvidia-v100, which is too old; use a T4 or newer'],
    ['int4', { algorithm: 'gptq' }, { hasDataset: false }, 'param algorithm is gptq, which needs a dataset to calibrate on; set dataset, or set algorithm to rtn'],
    ['nvfp4', {}, { hasDataset: false }, 'quantizer nvfp4 needs a dataset to calibrate on; set dataset, or use fp8'],
    ['sft', {}, { gpus: { model: { ...L4, name: 'amd-mi300x', resource: 'amd.com/gpu', capability: undefined }, count: 8 } }, 'trainer sft does not run on amd-mi300x; use a GPU of NVIDIA, or set image to one of your own'],
    ['embeddings', {}, { gpus: { model: { ...L4, name: 'nvidia-v100', capability: 7 }, count: 1 } }, 'embeddings does not run on nvidia-v100, which is too old; use a T4 or newer'],
    ['llama-cpp', {}, { gpus: { model: { ...L4, name: 'aws-trainium1', resource: 'aws.amazon.com/neuron' }, count: 1 } }, 'llama-cpp does not run on aws-trainium1; use a GPU of NVIDIA or AMD, or set image to one of your own'],
    ['vllm', { dtype: 'bfloat16' }, { gpus: { model: { ...L4, name: 'nvidia-t4', capability: 7.5 }, count: 1 } },
      'param dtype is bfloat16, in which nvidia-t4 does not compute; set it to float16, or leave it out'],
    ['vllm', { tensorParallel: 2 }, { gpus: { model: L4, count: 1 } }, 'param tensorParallel is 2 but the pod has 1 GPU; raise gpuCount, or leave it out'],
    ['vllm', { tensorParallel: 2 }, {}, 'param tensorParallel is 2 but the pod has no GPU; raise gpuCount, or leave it out'],
    ['vllm', { tensorParallel: 1 }, { gpus: { model: L4, count: 4 } },
      'param tensorParallel is 1 but the pod has 4 GPUs, of which 3 would have nothing to do; set gpuCount to 1 and more replicas, or leave tensorParallel out'],
    ['vllm', { tensorParallel: 1 }, { gpus: { model: L4, count: 4 }, args: ['--data-parallel-size', '4'] }, undefined],
    ['speech', {}, { gpus: { model: L4, count: 2 } }, 'the pod has 2 GPUs, but engine speech uses one; set gpuCount to 1, and more replicas'],
    ['speech', {}, { gpus: { model: { ...L4, name: 'nvidia-v100', capability: 7 }, count: 1 } }, 'speech does not run on nvidia-v100, which is too old; use a T4 or newer'],
    ['speech', {}, { gpus: { model: L4, count: 1 }, platform: platformOf('gcp', { gpuDriver: 470 }) }, 'the GPU driver of the platform is 470, but speech needs 525 or newer; upgrade the driver'],
    ['vllm', {}, { gpus: { model: L4, count: 1 }, platform: platformOf('gcp', { gpuDriver: 470 }) }, 'the GPU driver of the platform is 470, but vllm needs 525 or newer; upgrade the driver'],
    ['vllm', { toolParser: 'hermess' }, {}, 'param toolParser is hermess, which vLLM 0.31 does not have; did you mean hermes?'],
    ['vllm', { reasoningParser: 'qwen' }, {}, 'param reasoningParser is qwen, which vLLM 0.31 does not have; did you mean qwen3?'],
    ['vllm', { toolParser: 'acme' }, { hasOwnImage: true }, undefined],
    ['sft', {}, { gpus: { model: { ...L4, name: 'nvidia-b200', capability: 10 }, count: 1 }, platform: platformOf('gcp', { gpuDriver: 570 }) },
      'the GPU driver of the platform is 570, but trainer sft needs 580 or newer on nvidia-b200; upgrade the driver'],
    ['nvfp4', {}, { gpus: { model: { ...L4, name: 'nvidia-b200', capability: 10 }, count: 1 }, platform: platformOf('gcp', { gpuDriver: 570 }) },
      'the GPU driver of the platform is 570, but quantizer nvfp4 needs 580 or newer on nvidia-b200; upgrade the driver'],
    ['dpo', {}, { gpus: { model: L4, count: 1 }, platform: platformOf('gcp', { gpuDriver: 470 }) }, 'the GPU driver of the platform is 470, but trainer dpo needs 525 or newer on nvidia-l4; upgrade the driver'],
    ['sft', {}, { gpus: { model: L4, count: 1 }, platform: platformOf('gcp', { gpuDriver: 535 }) }, undefined],
    ['bucket', { url: 'gs://a/b', endpoint: 'https://minio' }, {}, 'param endpoint is set but url is gs://a/b; give an s3:// URL, or leave endpoint out'],
    ['huggingface', { columns: 'prompt=q' }, { kind: 'Dataset' }, 'param columns is set but format is not; set format to one of messages, prompt-completion, text, preference'],
    ['huggingface', { format: 'text', evalSplit: 'test', evalFraction: 0.1 }, { kind: 'Dataset' }, 'params evalSplit and evalFraction are both set; leave one of them out'],
    ['huggingface', { format: 'text', columns: 'text' }, { kind: 'Dataset' }, 'param columns has "text"; write field=column, for example prompt=question'],
    ['huggingface', { format: 'text', columns: 'body=text' }, { kind: 'Dataset' }, 'param columns has a field body, which format text does not have; use text'],
    ['huggingface', { format: 'messages', template: 'alpca' }, { kind: 'Dataset' }, 'param template is "alpca"; give alpaca, sharegpt, or a text with {column} in it'],
  ] as const)('%s %j %j', (...[name, settings, changes, message]) => {
    expect(problemOf(name, settings, changes as Partial<RuntimeContext>)).toBe(message);
  });
});

describe('vllm runs in the image for its GPU', () => {
  const imageFor = (changes: Partial<RuntimeContext>) => {
    const runtime = runtimeNamed('vllm') as Runtime;
    return runtime.container({ ...contextOf({ name: 'vllm', kind: 'Server', runtime }), ...changes }).image;
  };
  const nvidia = { model: { name: 'nvidia-l4', memoryGiB: 24, resource: 'nvidia.com/gpu', cpu: 3, hostMemoryGiB: 10 }, count: 1 };

  test('by vendor and driver', () => {
    expect(imageFor({})).toBe('vllm-cpu');
    expect(imageFor({ gpus: nvidia })).toBe('vllm-cuda12');
    expect(imageFor({ gpus: nvidia, platform: platformOf('gcp', { gpuDriver: 580 }) })).toBe('vllm-cuda13');
    expect(imageFor({ gpus: nvidia, platform: platformOf('gcp', { gpuDriver: 535 }) })).toBe('vllm-cuda12');
    expect(imageFor({ gpus: { count: 8, model: { ...nvidia.model, resource: 'amd.com/gpu' } } })).toBe('vllm-rocm');
  });
});
