import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kindConfiguration } from '../../../src/clouds/local/kind';
import type { LocalClusterOptions } from '../../../src/clouds/local/kind';
import { kindScript } from '../../../src/clouds/local/kind-script';
import { kindErrors } from './kind-schema';
import { StandIns } from './stand-ins';

const ARTIFACTS = { hostPath: 'artifacts', nodePath: '/var/artifacts', folders: ['ml/team-a', 'ml/shared'] };
const OPTIONS: Record<string, LocalClusterOptions> = {
  plain: { name: 'ml' },
  registry: { name: 'ml', registry: true },
  keys: { name: 'ml', keys: { secret: 'store', storeNamespace: 'minio', namespaces: ['team-a', 'team-b'] } },
  directory: { name: 'ml', artifacts: { ...ARTIFACTS, hostPath: "it's here" } },
  bare: { name: 'ml', artifacts: { hostPath: '-artifacts', nodePath: '/var/artifacts' }, keys: { secret: 'store', storeNamespace: 'minio', namespaces: [] } },
  host: { name: 'ml', gpus: 'host', gpu: 'nvidia-l4' },
  unnamed: { name: 'ml', gpus: 'host' },
  simulated: { name: 'ml', gpus: 'simulated', gpu: 'nvidia-l4', gpuCount: 2, artifacts: ARTIFACTS, registry: true },
};

const nodeOf = (options: LocalClusterOptions) => kindConfiguration(options).nodes[0];
const has = (command: string) => spawnSync(command, ['--version']).error === undefined;

describe('the configuration', () => {
  test('is of one node, whose image is that of kind unless another is given', () => {
    expect(kindConfiguration({ name: 'ml' })).toMatchObject({
      kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', name: 'ml', nodes: [{ role: 'control-plane' }],
    });
    expect(nodeOf({ name: 'ml' })).not.toHaveProperty('image');
    expect(nodeOf({ name: 'ml', nodeImage: 'kindest/node:v1.33.1' })?.image).toBe('kindest/node:v1.33.1');
  });

  test('mounts the artifact directory where the platform says it is', () => {
    expect(nodeOf({ name: 'ml', artifacts: ARTIFACTS })?.extraMounts).toEqual([{ hostPath: 'artifacts', containerPath: '/var/artifacts' }]);
  });

  test('case 17: mounts directories that workspaces may read where they are on the host, read-only', () => {
    const configuration = kindConfiguration({ name: 'ml', readable: ['/srv/weights'] });
    expect(configuration.nodes[0]?.extraMounts).toEqual([{ hostPath: '/srv/weights', containerPath: '/srv/weights', readOnly: true }]);
    expect(kindErrors(configuration)).toEqual([]);
  });

  test('asks for the GPUs of the host, and for simulated ones does not', () => {
    expect(nodeOf({ name: 'ml', gpus: 'host' })?.extraMounts)
      .toEqual([{ hostPath: '/dev/null', containerPath: '/var/run/nvidia-container-devices/all' }]);
    expect(nodeOf({ name: 'ml', gpus: 'simulated' })).not.toHaveProperty('extraMounts');
  });

  test.each(Object.entries(OPTIONS))('is what kind reads: %s', (_, options) => {
    expect(kindErrors(kindConfiguration({ ...options, nodeImage: 'kindest/node:v1.33.1' }))).toEqual([]);
  });

  test('with a field that kind does not know is refused by this test too', () => {
    expect(kindErrors({ ...kindConfiguration({ name: 'ml' }), nodePools: [] })).toEqual(['must NOT have additional properties']);
  });

  test('looks for registries where the script says what they are', () => {
    expect(kindConfiguration({ name: 'ml', registry: true }).containerdConfigPatches?.[0]).toContain('config_path = "/etc/containerd/certs.d"');
    expect(kindScript({ name: 'ml', registry: true })).toContain('"/etc/containerd/certs.d/$host/hosts.toml"');
  });

  test('knows nothing of registries, nor does the script, where there is none', () => {
    expect(kindConfiguration({ name: 'ml' })).not.toHaveProperty('containerdConfigPatches');
    expect(kindScript({ name: 'ml' })).not.toContain('registry');
  });

  test.each<[LocalClusterOptions, string]>([
    [{ name: 'My cluster' }, 'cluster name My cluster is not valid for kind; give up to 50 lowercase letters, digits and hyphens'],
    [{ name: 'ml', artifacts: { hostPath: 'a', nodePath: 'a' } }, 'nodePath is a; give an absolute path, for example /var/artifacts'],
    [{ name: 'ml', gpu: 'nvidia-l4' }, 'gpu is nvidia-l4 but gpus is not set; say whether they are of the host or simulated'],
    [{ name: 'ml', gpus: 'simulated', gpu: 'l4' }, 'gpu is l4, which is not in the catalog; use a name such as nvidia-l4'],
    [{ name: 'ml', gpus: 'simulated', gpuCount: 0 }, 'gpuCount is 0; give a whole number, 1 or more'],
  ])('and the script fail with %j', (options, message) => {
    expect(() => kindConfiguration(options)).toThrow(new Error(message));
    expect(() => kindScript(options)).toThrow(new Error(message));
  });
});

describe('the script', () => {
  test.each(Object.entries(OPTIONS))('is valid sh, the same every time: %s', (_, options) => {
    const script = kindScript(options);
    expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
    expect(kindScript(options)).toBe(script);
  });

  (has('shellcheck') ? test : test.skip).each(Object.entries(OPTIONS))('passes shellcheck: %s', (_, options) => {
    expect(spawnSync('shellcheck', ['--shell=sh', '-'], { input: kindScript(options), encoding: 'utf8' }).stdout).toBe('');
  });

  test('installs a device plugin for GPUs of the host alone, by the label that they have', () => {
    expect(kindScript({ name: 'ml', gpus: 'host' })).toContain('nvidia.com/gpu.present=true');
    expect(kindScript({ name: 'ml', gpus: 'host' })).toContain('"kind": "DaemonSet"');
    expect(kindScript(OPTIONS.simulated ?? { name: 'ml' })).not.toContain('nvidia.com/gpu.present');
  });

  test('simulates GPUs of the resource that pods ask for', () => {
    expect(kindScript({ name: 'ml', gpus: 'simulated', gpu: 'amd-mi300x' })).toContain('/status/capacity/amd.com~1gpu');
    expect(kindScript({ name: 'ml', gpus: 'simulated' })).toContain('/status/capacity/nvidia.com~1gpu","value":"1"');
  });
});

describe('a run of the script', () => {
  test('makes everything once, and again only what is forgotten', () => {
    const laptop = new StandIns('ml');
    const first = laptop.run(kindScript(OPTIONS.simulated ?? { name: 'ml' }));
    expect(first).toContain('docker run -d --restart=always -p 127.0.0.1:5001:5000 --name kind-registry docker.io/library/registry:2.8.3');
    expect(first).toContain('kind create cluster --config kind.yaml --wait 5m');
    expect(first).toContain('docker network connect kind kind-registry');
    expect(first).toContain('kubectl --context kind-ml patch node ml-control-plane --subresource=status --type=json -p [{"op":"add","path":"/status/capacity/nvidia.com~1gpu","value":"2"}]');
    expect(first).toContain('kubectl --context kind-ml label node ml-control-plane --overwrite substratus.ai/gpu=nvidia-l4');
    const second = laptop.run(kindScript(OPTIONS.simulated ?? { name: 'ml' }));
    expect(second.filter((call) => /docker run|kind create|network connect/.test(call))).toEqual([]);
    expect(second).toEqual(expect.arrayContaining([expect.stringContaining('patch node')]));
    laptop.remove();
  });

  test('lets any pod write to the artifact directory and to the folders of the workspaces', () => {
    const laptop = new StandIns('ml');
    laptop.run(kindScript(OPTIONS.simulated ?? { name: 'ml' }));
    for (const path of ['artifacts', 'artifacts/ml', 'artifacts/ml/team-a', 'artifacts/ml/shared']) {
      const at = join(laptop.directory, path);
      expect(existsSync(at) && statSync(at).mode & 0o777).toBe(0o777);
    }
    laptop.remove();
  });

  test('makes the keys of the store once, at random, and gives them to every workspace', () => {
    const laptop = new StandIns('ml');
    const script = kindScript(OPTIONS.keys ?? { name: 'ml' });
    const first = laptop.run(script);
    const key = laptop.read('secret');
    expect(key).toMatch(/^[0-9a-f]{40}$/);
    expect(first.join('\n')).not.toContain(key); // what is an argument, anybody on the machine can read
    expect(first.filter((call) => call.includes('create namespace')).map((call) => call.split(' ').at(-1))).toEqual(['minio', 'team-a', 'team-b']);
    const applied = laptop.read('applied').trim().split('\n').map((text) => JSON.parse(text) as unknown);
    expect(applied).toEqual(['team-a', 'team-b'].map((namespace) => ({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 'store', namespace }, data: { accessKeyId: 'aWQ=', secretAccessKey: Buffer.from(key).toString('base64') },
    })));
    const second = laptop.run(script);
    expect(second.filter((call) => call.includes('create'))).toEqual([]);
    expect(laptop.read('secret')).toBe(key);
    laptop.remove();
  });

  test.each(['docker', 'kind', 'kubectl'])('without %s says what to install, and makes nothing', (tool) => {
    const laptop = new StandIns('ml');
    expect(() => laptop.run(kindScript({ name: 'ml', registry: true }), { without: tool }))
      .toThrow(`${tool} is not installed; install docker, kind and kubectl, and run this script again`);
    expect(laptop.read('calls')).toBe('');
    laptop.remove();
  });
});
