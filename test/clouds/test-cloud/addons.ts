/** What Nimbus leaves to the user: a ConfigMap for each pool. Made up. */
import type { PlatformSpec } from '../../../src/api/platform';
import type { AddonObject } from '../../../src/clouds/cloud';

export function clusterAddons({ gpuPools = [] }: PlatformSpec): AddonObject[] {
  return gpuPools.map(({ name }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `nimbus-${name}`, namespace: 'kube-system' } }));
}
