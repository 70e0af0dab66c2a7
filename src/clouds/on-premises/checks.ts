/** What cannot be said of a cluster on premises. Pure. */
import type { GpuPoolSpec, PlatformSpec, WorkspaceSpec } from '../../api/platform';
import { sharingOf } from '../labels';
import { hasOwnClaims, VOLUME } from './file-system';

/** Why a platform cannot have a pool beside those that it has; `undefined` if it can. */
export function poolProblem({ gpu, resource, zones, ...pool }: GpuPoolSpec, pools: readonly GpuPoolSpec[]): string | undefined {
  if (zones) return 'zones is set, but a cluster on premises has none that nodes come up in; leave zones out, or name racks by nodeLabels';
  const sharing = sharingOf({ gpu, ...pool });
  const other = pools.find((each) => each.gpu === gpu && sharingOf(each) === sharing && each.resource !== resource);
  if (!other) return undefined;
  return `its nodes offer ${gpu} as ${resource ?? 'what it is by default'}, but those of pool ${other.name} as ${other.resource ?? 'what it is by default'}, `
    + 'and a container asks for one name; give both the same resourceName, or make one of them a Gpu.custom';
}

/** Why a platform cannot have a workspace; `undefined` if it can. */
export function workspaceProblem(workspace: WorkspaceSpec, { artifacts: { fileSystem } }: PlatformSpec): string | undefined {
  const { clientIds, reads = [], readableBuckets = [] } = workspace;
  if (clientIds) return 'clientIds is set, but a cluster on premises has no identities of a cloud; leave clientIds out';
  const field = (['region', 'resourceGroup'] as const).find((each) => readableBuckets.some((bucket) => bucket[each] !== undefined));
  if (field) return `readableBuckets has a ${field}, but a cluster on premises is in no region and no resource group of a cloud; leave it out`;
  if (reads.length === 0 || !fileSystem) return undefined;
  if (hasOwnClaims(fileSystem)) {
    return `reads is ${reads.join(', ')}, but each workspace has a volume of its own, which no other namespace can mount; `
      + 'leave reads out, or use a store that all can mount, such as OnPremisesStore.nfs, csi or directory';
  }
  const { csi } = fileSystem;
  if (!csi || csi.volumeHandle.includes(VOLUME)) return undefined;
  return `reads is ${reads.join(', ')}, but volumeHandle is ${csi.volumeHandle}, the same for a folder in every namespace, and two volumes with one handle are one; `
    + `write ${VOLUME} in it, or leave reads out`;
}
