/** Issue 9, item 6: a disk type that the machine cannot attach, and a disk that the next pod's node can never mount. */
import type { PlatformSpec } from '../../src/api/platform';
import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';
import { diskProblem } from '../../src/expand';
import { dataset, model, notebook, platformOf } from './fixtures';

const gpu = (type: string, count = 1) => ({ resources: { gpu: { type, count } } });

function gcp(machineType: string, changes: Partial<PlatformSpec> = {}): PlatformSpec {
  return platformOf('gcp', {
    nodePools: [{ name: 'system', machineType: 'n2d-standard-4' }], ...changes, gpuPools: changes.gpuPools ?? [
      { name: 'gpu', gpu: 'nvidia-h100', gpusPerNode: 8, machineType },
    ],
  });
}

const H200 = gcp('', { gpuPools: [{ name: 'h200', gpu: 'nvidia-h200', gpusPerNode: 8, machineType: 'a3-ultragpu-8g' }] });
const L4 = gcp('', { gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g2-standard-4' }] });

test('Persistent Disk on a machine that takes Hyperdisk only is refused, of staging and of a Notebook', () => {
  expect(diskProblem(model({ ...gpu('nvidia-h200', 8), staging: { storageClassName: 'premium-rwo' } }), H200)).toBe(
    'staging is a disk of class premium-rwo (pd-ssd), but pool h200 (a3-ultragpu-8g) cannot attach it: it takes Hyperdisk only; '
    + 'give staging.storageClassName a class of other disks, or the pool another machineType');
  expect(diskProblem(notebook({ ...gpu('nvidia-h200', 8), storage: { storageClassName: 'standard' } }), H200)).toMatch(/^storage is a disk of class standard \(pd-standard\), /);
  expect(diskProblem(model(gpu('nvidia-h200', 8)), H200)).toBeUndefined();
});

test('Hyperdisk on a machine that takes none is refused, where the platform tells what the class is', () => {
  const asked = notebook({ ...gpu('nvidia-l4'), storage: { storageClassName: 'fast' } });
  expect(diskProblem(asked, L4)).toBeUndefined();
  expect(diskProblem(asked, { ...L4, storageClasses: { fast: 'hyperdisk-balanced' } })).toContain('pool l4 (g2-standard-4) cannot attach it: it does not take Hyperdisk Balanced');
  expect(diskProblem(asked, { ...L4, storageClasses: { fast: 'pd-ssd' } })).toBeUndefined();
});

test('a disk that no node without GPU takes could never be published', () => {
  const platform = gcp('a3-highgpu-8g', { storageClasses: { fast: 'hyperdisk-balanced' } });
  const asked = { ...gpu('nvidia-h100', 8), staging: { storageClassName: 'fast' } };
  expect(diskProblem(model(asked), platform)).toBe(
    'staging is a disk of class fast (hyperdisk-balanced), which is published from a node without GPU, but pool system (n2d-standard-4) cannot attach it: '
    + 'it does not take Hyperdisk Balanced; give staging.storageClassName a class of other disks, or add a pool of another machineType');
  const c3 = { name: 'c3', machineType: 'c3-standard-4' };
  expect(diskProblem(model(asked), { ...platform, nodePools: [...platform.nodePools ?? [], c3] })).toBeUndefined();
  expect(diskProblem(notebook({ ...gpu('nvidia-h100', 8), storage: { storageClassName: 'fast' } }), platform)).toBeUndefined();
});

test('a disk of one zone, where no node that could publish it is, is refused', () => {
  const zoned = (cpu: string[], zones: string[]) => gcp('', {
    nodePools: [{ name: 'system', machineType: 'n2d-standard-4', zones: cpu }],
    gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g2-standard-4', zones }],
  });
  const refused = diskProblem(dataset(gpu('nvidia-l4')), zoned(['us-central1-a', 'us-central1-b'], ['us-central1-a', 'us-central1-f']));
  expect(refused).toBe(
    'staging is a disk of class standard-rwo (pd-balanced), which in zone us-central1-f of pool l4 (g2-standard-4) could never be published, '
    + 'for the pools without GPU are in us-central1-a, us-central1-b; give pool l4 (g2-standard-4) zones among those, '
    + 'or staging.storageClassName a class of disks that all zones have');
  expect(diskProblem(dataset(gpu('nvidia-l4')), zoned(['us-central1-a'], ['us-central1-a']))).toBeUndefined();
  expect(diskProblem(dataset(gpu('nvidia-l4')), gcp('', { gpuPools: L4.gpuPools }))).toBeUndefined();
});

const azure = (machineType: string, zones?: string[]) => platformOf('azure', {
  gpuPools: [{ name: 'gpu', gpu: 'nvidia-t4', gpusPerNode: 1, machineType, zones }],
  storageClasses: { v2: 'PremiumV2_LRS', ultra: 'UltraSSD_LRS', plain: 'StandardSSD_LRS' },
});

test.each(['managed-csi-premium', 'v2', 'ultra'])('on Azure, class %s takes a size with an s in its name', (storageClassName) => {
  const asked = notebook({ ...gpu('nvidia-t4'), storage: { storageClassName } });
  expect(diskProblem(asked, azure('Standard_NC6_v3', ['1']))).toContain('pool gpu (Standard_NC6_v3) cannot attach it: it does not take premium disks');
  expect(diskProblem(asked, azure('Standard_NC4as_T4_v3', ['1']))).toBeUndefined();
});

test.each(['v2', 'ultra'])('on Azure, class %s takes nodes in a zone', (storageClassName) => {
  const asked = notebook({ ...gpu('nvidia-t4'), storage: { storageClassName } });
  expect(diskProblem(asked, azure('Standard_NC4as_T4_v3', []))).toContain('cannot attach it: its nodes are not in a zone, which such a disk needs');
  expect(diskProblem(asked, azure('Standard_NC4as_T4_v3'))).toBeUndefined();
  expect(diskProblem(notebook({ ...gpu('nvidia-t4'), storage: { storageClassName: 'plain' } }), azure('Standard_NC6_v3', []))).toBeUndefined();
});

test('on AWS, io2 of more than 16 TiB takes a machine that is built on Nitro', () => {
  const aws = (machineType: string) => platformOf('aws', {
    gpuPools: [{ name: 'gpu', gpu: 'nvidia-v100', gpusPerNode: 1, machineType }], storageClasses: { fast: 'io2' },
  });
  const asked = (size: string) => model({ ...gpu('nvidia-v100'), staging: { storageClassName: 'fast', size } });
  expect(diskProblem(asked('20Ti'), aws('p3.2xlarge'))).toContain('pool gpu (p3.2xlarge) cannot attach it: it is not built on Nitro, and takes io2 up to 16 TiB');
  expect([diskProblem(asked('16Ti'), aws('p3.2xlarge')), diskProblem(asked('20Ti'), aws('p3dn.24xlarge'))]).toEqual([undefined, undefined]);
});

test('nothing is refused of a pod that chooses its nodes, of nodes that come up by themselves, or of a local cluster', () => {
  const asked = { ...gpu('nvidia-h200', 8), staging: { storageClassName: 'premium-rwo' } };
  expect(diskProblem(model({ ...asked, pod: { nodeSelector: { pool: 'own' } } }), H200)).toBeUndefined();
  expect(diskProblem(model({ staging: { storageClassName: 'premium-rwo' } }), { ...H200, autoProvisioning: true })).toBeUndefined();
  expect(diskProblem(model(asked), platformOf('local', { gpuPools: H200.gpuPools }))).toBeUndefined();
});

test.each(CLOUD_NAMES)('on %s the default disks attach to every machine with GPUs', (name) => {
  const wrong = cloudNamed(name).machines.flatMap(({ machineType, gpu: type, gpuCount }) => {
    const platform = platformOf(name, { gpuPools: [{ name: machineType, gpu: type, gpusPerNode: gpuCount, machineType }] });
    return [model(gpu(type, gpuCount)), notebook(gpu(type, gpuCount))].flatMap((resource) => diskProblem(resource, platform) ?? []);
  });
  expect(wrong).toEqual([]);
});
