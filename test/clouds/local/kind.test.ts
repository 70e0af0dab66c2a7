import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindConfiguration } from '../../../src/clouds/local/kind';
import type { LocalClusterOptions } from '../../../src/clouds/local/kind';
import { kindScript } from '../../../src/clouds/local/kind-script';

const ARTIFACTS = { hostPath: 'artifacts', nodePath: '/var/artifacts', folders: ['ml/team-a', 'ml/shared'] };
const OPTIONS: Record<string, LocalClusterOptions> = {
  plain: { name: 'ml' },
  registry: { name: 'ml', registry: true },
  keys: { name: 'ml', keys: { secret: 'store', storeNamespace: 'minio', namespaces: ['team-a', 'team-b'] } },
  directory: { name: 'ml', artifacts: { ...ARTIFACTS, hostPath: "it's here" } },
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

  test('asks for the GPUs of the host, and for simulated ones does not', () => {
    expect(nodeOf({ name: 'ml', gpus: 'host' })?.extraMounts)
      .toEqual([{ hostPath: '/dev/null', containerPath: '/var/run/nvidia-container-devices/all' }]);
    expect(nodeOf({ name: 'ml', gpus: 'simulated' })).not.toHaveProperty('extraMounts');
  });

  test('lets pods tolerate the taint of the GPUs that they ask for, as the clouds do', () => {
    expect(kindConfiguration({ name: 'ml' }).kubeadmConfigPatches[0]).toContain('NodeRestriction,ExtendedResourceToleration');
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
    [{ name: 'ml', gpus: 'simulated', gpu: 'l4' }, 'gpu is l4, which the catalog has not; use a name such as nvidia-l4'],
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

/** Runs the script with tools that only write down how they were called, and remember what they made. */
describe('a run of the script', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kind-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  const TOOLS: Record<string, string> = {
    docker: `case "$1 $2" in
      'container inspect') [ -f registry ] ;;
      'run -d') touch registry ;;
      'network connect') touch connected ;;
      'inspect -f') if [ -f connected ]; then echo '{}'; else echo null; fi ;;
      'exec -i') cat >/dev/null ;;
    esac`,
    kind: 'case "$1" in get) if [ -f cluster ]; then echo ml; fi ;; create) touch cluster ;; esac',
    kubectl: ':',
  };

  function run(): string[] {
    for (const [name, body] of Object.entries(TOOLS)) {
      writeFileSync(join(directory, name), `#!/bin/sh\necho "${name} $*" >> calls\n${body}\n`);
      chmodSync(join(directory, name), 0o755);
    }
    writeFileSync(join(directory, 'up.sh'), kindScript(OPTIONS.simulated ?? { name: 'ml' }));
    writeFileSync(join(directory, 'calls'), '');
    execFileSync('sh', [join(directory, 'up.sh')], { cwd: '/', env: { PATH: `${directory}:/usr/bin:/bin` }, stdio: 'pipe' });
    return readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
  }

  test('makes everything once, and again only what is forgotten', () => {
    const first = run();
    expect(first).toContain('docker run -d --restart=always -p 127.0.0.1:5001:5000 --name kind-registry registry:2');
    expect(first).toContain('kind create cluster --config kind.yaml --wait 5m');
    expect(first).toContain('docker network connect kind kind-registry');
    expect(first).toContain('kubectl --context kind-ml patch node ml-control-plane --subresource=status --type=json -p [{"op":"add","path":"/status/capacity/nvidia.com~1gpu","value":"2"}]');
    expect(first).toContain('kubectl --context kind-ml label node ml-control-plane --overwrite substratus.ai/gpu=nvidia-l4');
    const second = run();
    expect(second.filter((call) => /docker run|kind create|network connect/.test(call))).toEqual([]);
    expect(second).toEqual(expect.arrayContaining([expect.stringContaining('patch node')]));
  });

  test('lets any pod write to the artifact directory and to the folders of the workspaces', () => {
    run();
    for (const path of ['artifacts', 'artifacts/ml', 'artifacts/ml/team-a', 'artifacts/ml/shared']) {
      expect(existsSync(join(directory, path)) && statSync(join(directory, path)).mode & 0o777).toBe(0o777);
    }
  });
});
