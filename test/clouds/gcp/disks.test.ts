/** Machines that take Hyperdisk only, and the disks that pods on them get. */
import type { Job } from 'kubernetes-types/batch/v1';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { clusterAddons } from '../../../src/clouds/gcp/addons';
import { childrenOf, model, notebook, platformOf } from '../../expand/fixtures';
import type { Options } from '../../expand/fixtures';

const CLASS = 'substratus-hyperdisk-balanced';

function claimClass(resource: Parameters<typeof childrenOf>[0], options?: Options): string | undefined {
  const claim = childrenOf(resource, options).find(({ object }) => object.kind === 'PersistentVolumeClaim')?.object as PersistentVolumeClaim | undefined;
  return claim?.spec?.storageClassName;
}

const gpu = (type: string, count = 1) => ({ resources: { gpu: { type, count } } });

test.each([['nvidia-h200', 8], ['nvidia-b200', 8], ['nvidia-rtx-pro-6000', 1]])('case 07: staging and a Notebook on %s are of Hyperdisk', (type, count) => {
  expect([model(gpu(type, count)), notebook(gpu(type, count))].map((resource) => claimClass(resource))).toEqual([CLASS, CLASS]);
});

test('case 07: other GPUs, other clouds, and a class of one\'s own have what they had', () => {
  expect(claimClass(model(gpu('nvidia-l4')))).toBeUndefined();
  expect(claimClass(model())).toBeUndefined();
  expect(claimClass(model(gpu('nvidia-h200', 8)), { platform: platformOf('aws') })).toBeUndefined();
  expect(claimClass(model({ ...gpu('nvidia-h200', 8), staging: { storageClassName: 'fast' } }))).toBe('fast');
});

test('case 07: publish runs where the disk can be attached: on such a machine, or on a family that takes Hyperdisk', () => {
  const publish = childrenOf(model(gpu('nvidia-h200', 8))).find(({ step, object }) => step === 'publish' && object.kind === 'Job')?.object as Job;
  const { affinity, tolerations } = publish.spec?.template.spec ?? {};
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  expect(terms.map(({ matchExpressions = [] }) => matchExpressions[0]?.values)).toEqual([expect.arrayContaining(['c3', 'n4']), ['nvidia-h200-141gb']]);
  expect(tolerations).toContainEqual({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
});

test('case 07: the add-ons write the class where a pool needs it', () => {
  const addons = (type: string) => clusterAddons(platformOf('gcp', { gpuPools: [{ name: 'pool', gpu: type, gpusPerNode: 1 }] }));
  expect(addons('nvidia-h200')).toMatchObject([{
    metadata: { name: CLASS }, provisioner: 'pd.csi.storage.gke.io', parameters: { type: 'hyperdisk-balanced' }, volumeBindingMode: 'WaitForFirstConsumer',
  }]);
  expect(addons('nvidia-l4')).toEqual([]);
});
