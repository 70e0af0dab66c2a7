/** The Kubernetes side of Nimbus, a cloud that there is not: an object store by the name of Swift, mounted inline. */
import type { PlatformSpec } from '../../../src/api/platform';
import type { ArtifactMount, Cloud, PodPart } from '../../../src/clouds/cloud';
import { toInternet } from '../../../src/clouds/network';
import { labelledGpuNodes } from '../../../src/clouds/placement';
import { rclonePath, workspaceFolder } from '../../../src/clouds/store-url';
import { MACHINES } from './machines';

export const nimbusCloud: Cloud = {
  name: 'nimbus',
  title: 'Nimbus',
  machines: MACHINES,
  defaults: { cpu: '2', memoryGiB: 8, diskGiB: 5 },
  capacities: ['on-demand'],
  canAutoProvision: false,
  hasIdentities: true,
  podLabels: { 'nimbus.example/identity': 'true' },
  canStream: () => true,
  allocatable: (machine) => machine,
  shapeOf: () => undefined,
  placeGpu: labelledGpuNodes,
  placeCapacity: () => ({}),
  workspaceUrl: workspaceFolder,
  mountArtifact,
  store: () => ({ env: [{ name: 'RCLONE_SWIFT_ENV_AUTH', value: 'true' }], remotePath: (url) => rclonePath('swift', url) }),
  identity: (_: PlatformSpec, { namespace, role }) => ({ annotations: { 'nimbus.example/identity': `${namespace}.${role}` } }),
  workspaceVolumes: () => [],
  network: () => ({ dnsCaches: [], identity: [], store: [toInternet(443)], registry: [toInternet(443)], mountsFromPod: false }),
  registryLogin: () => undefined,
  missing: () => [],
};

function mountArtifact({ name, mountPath, url }: ArtifactMount): PodPart {
  return {
    volumes: [{ name, csi: { driver: 'store.nimbus.example', readOnly: true, volumeAttributes: { url: `${url}/files` } } }],
    volumeMounts: [{ name, mountPath, readOnly: true }],
  };
}
