import type { ConfigMap } from 'kubernetes-types/core/v1';
import { recipeDigest } from '../../src/api/digest';
import type { ModelSpec, ModelResource, NotebookResource, ServerResource, ServerSpec } from '../../src/api/resource';
import { expandWorkspace, runnable, runtimeSpecProblem } from '../../src/expand';
import { childrenOf, jobOf, model, nameOf, the, notebook, platformOf, server } from './fixtures';

/** Without the image of the fixtures. */
function loaded(spec: ModelSpec): ModelResource {
  return { ...model(), spec };
}

function configMap(role: 'params' | 'program', resource: ModelResource): ConfigMap {
  return the(childrenOf(resource).map(({ object }) => object as ConfigMap).filter((object) => nameOf(object).includes(`-${role}-`) && object.kind === 'ConfigMap'), role);
}

function served(spec: ServerSpec): ServerResource {
  return { ...server(), spec: { model: { name: 'opt' }, ...spec } };
}

const LOADED: ModelSpec = { runtime: { name: 'huggingface', version: 1 }, params: { repo: 'Qwen/Qwen3-0.6B', revision: 'abc' } };

describe('the recipe of a ready-made artifact', () => {
  const digestOf = (spec: ModelSpec) => recipeDigest({ kind: 'Model', spec });

  test('is the name and version of the program, its params and its inputs: fixed for ever', () => {
    expect(digestOf(LOADED)).toMatchInlineSnapshot('"taez3edwrjbrzbs97sdhj75vc7"');
    expect(recipeDigest({ kind: 'Model', spec: { runtime: { name: 'sft', version: 1 }, params: { epochs: 1 } } }, { model: 'a', dataset: 'b' })).
      toMatchInlineSnapshot('"26w32h75hjybxerrsg78qmt78h"');
  });

  test('no version means version 1', () => {
    expect(digestOf({ ...LOADED, runtime: { name: 'huggingface' } })).toBe(digestOf(LOADED));
    expect(digestOf({ ...LOADED, runtime: { name: 'huggingface', version: 2 } })).not.toBe(digestOf(LOADED));
  });

  test('another revision or program is another artifact, a token or a mirror is not', () => {
    expect(digestOf({ ...LOADED, params: { ...LOADED.params, revision: 'abd' } })).not.toBe(digestOf(LOADED));
    expect(digestOf({ ...LOADED, runtime: { name: 'modelscope' } })).not.toBe(digestOf(LOADED));
    expect(digestOf({ ...LOADED, runtimeEnv: { HF_TOKEN: '${{ secrets.hf.token }}' } })).toBe(digestOf(LOADED));
  });
});

describe('a resource with a ready-made program', () => {
  test('becomes one with an image, and loses nothing that its author says', () => {
    const { resource } = runnable(served({ runtime: { name: 'vllm' }, args: ['--seed', '1'], env: { VLLM_LOGGING_LEVEL: 'DEBUG' }, readinessPath: '/ping' }), platformOf('gcp'));
    expect(resource.spec.image).toBe('docker.io/vllm/vllm-openai-cpu:v0.31.0');
    expect(resource.spec.args?.slice(-2)).toEqual(['--seed', '1']);
    expect(resource.spec.env).toMatchObject({ VLLM_LOGGING_LEVEL: 'DEBUG', HF_HUB_OFFLINE: '1' });
    expect(resource.spec.readinessPath).toBe('/ping');
    expect(resource.spec.runtime).toBeUndefined();
  });

  test('an image beside it replaces the one that the program runs in', () => {
    expect(runnable(loaded({ ...LOADED, image: 'acme/uv:1' }), platformOf('gcp')).resource.spec.image).toBe('acme/uv:1');
  });

  test('comes from the mirrors of the platform, and reaches no public host', () => {
    const platform = platformOf('gcp', { imageMirrors: { 'ghcr.io': 'registry.acme.example/ghcr' }, mirrors: { huggingFace: 'https://hub.acme.example', pypi: 'https://pypi.acme.example/simple' } });
    const { spec } = runnable(loaded(LOADED), platform).resource;
    expect(spec.image).toMatch(/^registry\.acme\.example\/ghcr\/astral-sh\/uv:/);
    expect(spec.env).toEqual({
      HF_ENDPOINT: 'https://hub.acme.example', HF_HUB_DISABLE_XET: '1', PIP_INDEX_URL: 'https://pypi.acme.example/simple', UV_DEFAULT_INDEX: 'https://pypi.acme.example/simple',
    });
  });

  test('what installs nothing does not know the index of packages, so that another one restarts nothing', () => {
    const platform = platformOf('gcp', { mirrors: { pypi: 'https://pypi.acme.example/simple' } });
    const envOf = (resource: ModelResource | ServerResource) =>
      runnable<ModelResource | ServerResource>(resource, platform).resource.spec.env ?? {};
    for (const resource of [
      served({ runtime: { name: 'llama-cpp' } }),
      loaded({ runtime: { name: 'gguf' }, model: { name: 'base' } }),
      loaded({ runtime: { name: 'bucket' }, params: { url: 's3://acme/llama', endpoint: 'https://s3.acme.example' } }),
    ]) expect(Object.keys(envOf(resource)).filter((name) => /INDEX|PIP/.test(name))).toEqual([]);
  });

  test('what its author sets outside the recipe wins over the preset', () => {
    const { spec } = runnable(served({ runtime: { name: 'vllm' }, runtimeEnv: { HF_HUB_OFFLINE: '0' } }), platformOf('gcp')).resource;
    expect(spec.env?.HF_HUB_OFFLINE).toBeUndefined();
    expect(spec.runtimeEnv).toEqual({ HF_HUB_OFFLINE: '0' });
  });

  test('a limit takes the place of the default of the program', () => {
    const { spec } = runnable(loaded({ ...LOADED, resources: { limits: { memory: '2Gi' } } }), platformOf('gcp')).resource;
    expect(spec.resources).toEqual({ cpu: '1', disk: '2Gi', limits: { memory: '2Gi' } });
  });

  test('has all settings in params.json, with their types, and none in the environment', () => {
    const resource = loaded({ ...LOADED, runtime: { name: 'sft' }, params: { epochs: '0.5' }, model: { name: 'base' }, dataset: { name: 'data' } });
    expect(JSON.parse(configMap('params', resource).data?.['params.json'] ?? '')).toMatchObject({ epochs: 0.5, method: 'lora', packing: false, loraRank: 16 });
    expect(JSON.stringify(jobOf('run', resource))).not.toContain('PARAM_');
  });

  test('its program is an immutable ConfigMap, named by its content', () => {
    const program = configMap('program', loaded(LOADED));
    expect(program.immutable).toBe(true);
    expect(Object.keys(program.data ?? {})).toEqual(expect.arrayContaining(['run.sh', 'load.py', 'requirements.txt']));
  });

  test('its exit code can say that no other attempt would help; that of an image of the user cannot', () => {
    const failJob = (spec: ModelSpec) => JSON.stringify(jobOf('run', loaded(spec)).spec?.podFailurePolicy).includes('FailJob');
    expect(failJob(LOADED)).toBe(true);
    expect(failJob({ image: 'acme/loader:1' })).toBe(false);
  });

  test('runs as a user without rights, under restricted too', () => {
    const { spec } = jobOf('run', loaded({ ...LOADED, podSecurity: 'restricted' })).spec?.template ?? {};
    expect(spec?.securityContext).toMatchObject({ runAsUser: 65532, runAsNonRoot: true });
  });

  test('a bucket is copied by rclone before the loader, with the credentials of its author', () => {
    const runtimeEnv = { AWS_ACCESS_KEY_ID: '${{ secrets.keys.id }}' };
    const pod = jobOf('run', loaded({ runtime: { name: 'bucket' }, params: { url: 's3://acme/llama/', endpoint: 'https://s3.acme.example' }, runtimeEnv })).spec?.template.spec;
    const [fetch] = pod?.initContainers ?? [];
    expect(fetch?.command).toEqual(['sh', '/opt/substratus/fetch.sh', ':s3:acme/llama', 's3://acme/llama/']);
    expect(fetch?.env).toEqual(expect.arrayContaining([
      { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'keys', key: 'id' } } },
      { name: 'RCLONE_S3_ENDPOINT', value: 'https://s3.acme.example' },
    ]));
    expect(fetch?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/content/artifacts', '/tmp', '/opt/substratus']);
  });

  test('weights are read ahead where they are mounted from a bucket, and not where they are copied first or on the node', () => {
    const argsOf = (spec: ServerSpec, cloud: 'gcp' | 'local') => runnable(served(spec), platformOf(cloud)).resource.spec.args?.join(' ') ?? '';
    const PREFETCH = '--safetensors-load-strategy prefetch';
    expect(argsOf({ runtime: { name: 'vllm' } }, 'gcp')).toContain(PREFETCH);
    expect(argsOf({ runtime: { name: 'speech' } }, 'gcp')).toContain(PREFETCH);
    expect(argsOf({ runtime: { name: 'vllm' }, access: 'download' }, 'gcp')).not.toContain(PREFETCH);
    expect(argsOf({ runtime: { name: 'vllm' } }, 'local')).not.toContain(PREFETCH);
    expect(argsOf({ runtime: { name: 'llama-cpp' } }, 'gcp')).toContain('--load-mode none');
    expect(argsOf({ runtime: { name: 'llama-cpp' } }, 'local')).not.toContain('--load-mode');
  });

  test('an image for one kind of processors chooses its nodes, unless its author has an image for others', () => {
    const podOf = (spec: ServerSpec) => runnable(served({ runtime: { name: 'embeddings' }, ...spec }), platformOf('gcp')).resource.spec.pod;
    const arm = { pod: { nodeSelector: { 'kubernetes.io/arch': 'arm64' } } };
    expect(podOf({})?.nodeSelector).toEqual({ 'kubernetes.io/arch': 'amd64' });
    expect(podOf({ resources: { gpu: { type: 'nvidia-l4', count: 1 } } })?.nodeSelector).toBeUndefined();
    expect(podOf({ image: 'acme/tei:arm', ...arm })?.nodeSelector).toEqual({ 'kubernetes.io/arch': 'arm64' });
    expect(() => podOf(arm))
      .toThrow('kubernetes.io/arch is arm64 in nodeSelector, but the image of embeddings is for amd64; leave it out, or set image to one of your own');
  });

  test('speech is transcribed under the name of the Server', () => {
    const { args, image, readinessPath } = runnable(served({ runtime: { name: 'speech' } }), platformOf('local')).resource.spec;
    expect(image).toBe('docker.io/vllm/vllm-openai-cpu:v0.31.0');
    expect(args).toEqual(['/content/model', '--served-model-name', server().metadata.name, '--host', '0.0.0.0', '--port', '8080', '--shutdown-timeout', '60']);
    expect(readinessPath).toBe('/health');
  });

  describe('a bucket is read by the workspace, or with credentials', () => {
    const problemOf = (url: string, spec: ModelSpec = {}, platform = platformOf('aws')) => {
      try {
        return runnable(loaded({ runtime: { name: 'bucket' }, params: { url }, ...spec }), platform).resource.kind;
      } catch (error) {
        return (error as Error).message;
      }
    };

    test.each([
      ['s3://acme/llama/', 'param url is s3://acme/llama, which workspace team-a may not read; '
        + "give addWorkspace('team-a') readableBuckets: [{ url: 's3://acme/llama' }], or credentials in runtimeEnv"],
      ['gs://acme/llama', 'param url is gs://acme/llama, but on AWS a workspace reads only s3:// as itself; give credentials in runtimeEnv'],
    ])('%s without either is refused', (url, message) => {
      expect(problemOf(url)).toBe(message);
    });

    test('with one of them it is loaded', () => {
      expect(problemOf('s3://acme/llama', {}, platformOf('aws', { workspaces: [{ namespace: 'team-a', readableBuckets: [{ url: 's3://acme' }] }] }))).toBe('Model');
      expect(problemOf('gs://acme/llama', { runtimeEnv: { GOOGLE_APPLICATION_CREDENTIALS: '/content/key.json' } })).toBe('Model');
      expect(problemOf('s3://acme/llama', { params: { url: 's3://acme/llama', endpoint: 'https://s3.acme.example' } })).toBe('Model');
    });
  });

  test('a request for embeddings may have as many texts as one to OpenAI', () => {
    const { env } = runnable(served({ runtime: { name: 'embeddings' } }), platformOf('gcp')).resource.spec;
    expect(env).toMatchObject({ MAX_CLIENT_BATCH_SIZE: '2048' });
  });

  test('a registry is read with the pull secrets of the resource, by the loader that reads one', () => {
    const imagePullSecrets = [{ name: 'ghcr' }, { name: 'quay' }];
    const podOf = (spec: ModelSpec) => the([jobOf('run', loaded({ imagePullSecrets, ...spec })).spec?.template.spec].flatMap((pod) => (pod ? [pod] : [])), 'pod');
    const artifact = podOf({ runtime: { name: 'oci' }, params: { reference: 'ghcr.io/acme/model:1' } });
    expect(artifact.volumes?.find(({ name }) => name === 'registry')?.projected?.sources?.map(({ secret }) => [secret?.name, secret?.items])).toEqual([
      ['ghcr', [{ key: '.dockerconfigjson', path: '0.json' }]], ['quay', [{ key: '.dockerconfigjson', path: '1.json' }]],
    ]);
    expect(artifact.volumes?.find(({ name }) => name === 'registry')?.projected?.sources?.every(({ secret }) => secret?.optional)).toBe(true);
    expect(artifact.containers[0]?.env).toContainEqual({ name: 'DOCKER_CONFIG', value: '/opt/registry' });
    expect(podOf(LOADED).volumes?.map(({ name }) => name)).not.toContain('registry');
  });

  test('a trainer and a quantizer know how many GPUs they are to find, and the cache of rows is on the staging volume', () => {
    const resources = { gpu: { type: 'nvidia-l4', count: 2 } };
    const envOf = (name: string, spec: ModelSpec = {}) =>
      runnable(loaded({ runtime: { name }, model: { name: 'base' }, dataset: { name: 'data' }, ...spec }), platformOf('gcp')).resource.spec.env;
    expect(envOf('sft', { resources })).toMatchObject({ SUBSTRATUS_GPUS: '2', HF_DATASETS_CACHE: '/content/artifacts/checkpoints/.datasets' });
    expect(envOf('fp8', { resources })).toMatchObject({ SUBSTRATUS_GPUS: '2' });
    expect(envOf('sft')).not.toHaveProperty('SUBSTRATUS_GPUS');
  });

  test('an engine listens where its Server says', () => {
    const { args = [] } = runnable(served({ runtime: { name: 'vllm' }, port: 9000 }), platformOf('gcp')).resource.spec;
    expect(args[args.indexOf('--port') + 1]).toBe('9000');
  });

  test('a trainer has time to write a checkpoint when it is asked to end', () => {
    const tuned = loaded({ runtime: { name: 'sft' }, model: { name: 'base' }, dataset: { name: 'data' } });
    expect(jobOf('run', tuned).spec?.template.spec?.terminationGracePeriodSeconds).toBe(600);
  });

  test('what loads from a bucket says so, for the NetworkPolicies', () => {
    const readable = platformOf('aws', { workspaces: [{ namespace: 'team-a', readableBuckets: [{ url: 's3://acme' }] }] });
    const template = jobOf('run', loaded({ runtime: { name: 'bucket' }, params: { url: 's3://acme/llama' } }), { platform: readable }).spec?.template;
    expect(template?.metadata?.labels).toMatchObject({ 'substratus.ai/store-access': 'true' });
  });

  describe('in a workspace that is private', () => {
    const closed = (changes = {}) => platformOf('gcp', { workspaces: [{ namespace: 'team-a', private: true }], ...changes });

    test.each([
      [LOADED, {}, 'workspace team-a is private, but loader huggingface loads from the internet; give the platform mirrors.huggingFace'],
      [LOADED, { mirrors: { huggingFace: 'https://hub.acme.example' } }, 'workspace team-a is private, but loader huggingface installs packages; give the platform mirrors.pypi, or set image to one that has them'],
      [{ runtime: { name: 'ollama' }, params: { model: 'qwen3:0.6b' } }, {}, 'workspace team-a is private, but loader ollama loads from the internet; load the Model in a workspace that is not private, and share it'],
    ])('%j with %j is refused', (spec, changes, message) => {
      expect(() => runnable(loaded(spec), closed(changes))).toThrow(message);
    });

    test('mirrors are enough, and the policies let pods reach them', () => {
      const platform = closed({ mirrors: { huggingFace: 'http://10.1.2.3:8080', pypi: 'https://pypi.acme.example/simple' } });
      expect(() => runnable(loaded(LOADED), platform)).not.toThrow();
      const [policy] = expandWorkspace(platform, 'team-a').filter(({ metadata }) => metadata?.name === 'substratus-jobs-and-notebooks');
      expect(JSON.stringify(policy)).toContain('10.1.2.3/32');
    });
  });

  test('the recipe of no version and of version 1 is one object', () => {
    const recipe = (version?: number) => childrenOf(loaded({ ...LOADED, runtime: { name: 'huggingface', ...(version && { version }) } }))
      .map(({ object }) => object as ConfigMap).find((object) => nameOf(object).includes('-recipe-'));
    expect(recipe(1)).toEqual(recipe());
  });

  test('a notebook that names nothing runs Jupyter', () => {
    expect(runnable<NotebookResource>({ ...notebook(), spec: {} }, platformOf('gcp')).resource.spec.image).toMatch(/^quay\.io\/jupyter\/pytorch-notebook:/);
    expect(runnable(notebook({ image: 'acme/lab:1' }), platformOf('gcp')).resource.spec.image).toBe('acme/lab:1');
  });

  test.each([
    [{ ...LOADED, command: ['x'] }, 'runtime is huggingface and command is set too; leave command out, for args are added to those of huggingface'],
    [{ ...LOADED, build: { git: { url: 'https://example.com/x' } } }, 'runtime is huggingface and build is set too; leave one of them out'],
    [{ ...LOADED, params: { repo: 'Qwen/Qwen3-0.6B', revison: 'x' } }, 'huggingface has no param revison; did you mean revision?'],
    [{ runtime: { name: 'vllm' } }, 'runtime is vllm, an engine, which a Model cannot run; use one of huggingface, modelscope, url, oci, ollama, bucket, sft, dpo, fp8, int8, int4, nvfp4, gguf'],
  ])('%j is refused, in the construct and in the cluster', (spec, message) => {
    expect(runtimeSpecProblem({ kind: 'Model', spec })).toBe(message);
    expect(() => runnable(loaded(spec), platformOf('gcp'))).toThrow(message);
  });
});
