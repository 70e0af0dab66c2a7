/** Case 16: GPUs that the catalog does not have, and any GPU, are asked for by their extended resource. */
import { Size } from 'cdk8s';
import type { Job } from 'kubernetes-types/batch/v1';
import { Gpu, Platform, Preview } from '../../../src';
import type { ResourcesOptions } from '../../../src';
import { model, synthErrors, workspace } from '../fixtures';

const A6000 = { name: 'nvidia-rtx-a6000', memory: Size.gibibytes(48), resourceName: 'nvidia.com/gpu' };
const PART = { name: 'nvidia-a100-1g.10gb', memory: Size.gibibytes(10), resourceName: 'nvidia.com/mig-1g.10gb' };

function podOn(platform: Platform, resources: ResourcesOptions) {
  const team = workspace(platform);
  model(team, 'opt', { resources });
  expect(synthErrors(team)).toEqual(['no error']);
  const run = Preview.of(team).children.map(({ manifest }) => manifest as Job).find(({ metadata, kind }) => kind === 'Job' && metadata?.labels?.role === 'run');
  const spec = run?.spec?.template.spec;
  return { limits: spec?.containers[0]?.resources?.limits, nodeSelector: spec?.nodeSelector };
}

function rack(gpu: Gpu, nodeLabels: Record<string, string>): Platform {
  const platform = Platform.local({ clusterName: 'rack' });
  platform.addGpuPool('pool', { gpu, gpusPerNode: 4, nodeLabels });
  return platform;
}

test('case 16: a GPU of a machine room is found by the labels of its pool', () => {
  const gpu = Gpu.custom(A6000);
  const nodeLabels = { 'nvidia.com/gpu.product': 'NVIDIA-RTX-A6000' };
  expect(podOn(rack(gpu, nodeLabels), { gpu, gpuCount: 1 })).toEqual({ limits: { 'nvidia.com/gpu': '1' }, nodeSelector: nodeLabels });
});

test('case 16: a partition that has a resource name of its own is asked for by that name', () => {
  const gpu = Gpu.custom(PART);
  expect(podOn(rack(gpu, { 'nvidia.com/mig.strategy': 'mixed' }), { gpu }).limits).toEqual({ 'nvidia.com/mig-1g.10gb': '1' });
});

test('case 16: a count alone is any GPU on a local cluster without pools, and the one kind of it where it has a pool', () => {
  expect(podOn(Platform.local({ clusterName: 'rack' }), { gpuCount: 1 }).limits).toEqual({ 'nvidia.com/gpu': '1' });
  expect(podOn(rack(Gpu.custom(PART), { kind: 'part' }), { gpuCount: 1 })).toEqual({ limits: { 'nvidia.com/mig-1g.10gb': '1' }, nodeSelector: { kind: 'part' } });
});

test('B2: a GPU that no pool of the platform has is not known to it', () => {
  const team = workspace(Platform.local({ clusterName: 'rack' }));
  model(team, 'opt', { resources: { gpu: Gpu.custom(A6000) } });
  expect(synthErrors(team)).toEqual([expect.stringContaining(
    "[team-a/opt] gpu nvidia-rtx-a6000 is not in the catalog; declare it with Gpu.custom({ name: 'nvidia-rtx-a6000', memory, resourceName }) and its nodes with addGpuPool")]);
});

test('A27: an import into a volume that cannot hold its weights is refused', () => {
  const team = workspace();
  model(team, 'falcon', { image: 'substratusai/model-loader-huggingface', params: { name: 'tiiuae/falcon-40b' }, staging: { size: Size.gibibytes(50) } });
  expect(synthErrors(team)).toEqual(['[team-a/falcon] staging.size is 50Gi but tiiuae/falcon-40b has 79 GiB of weights; give 94 GiB or more']);
});
