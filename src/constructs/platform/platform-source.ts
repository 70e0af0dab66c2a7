/** Where a platform has what only the cloud side knows: its bucket, its registry, the identities of its workspaces. */
import type { IConstruct } from 'constructs';
import type { OpenShiftSpec } from '../../api/openshift';
import { WORKSPACE_ROLES } from '../../api/platform';
import type {
  ArtifactStoreSpec, GpuPoolSpec, NodePoolSpec, NodeProvisioningSpec, PlatformSpec, RegistrySpec, WorkspaceRole, WorkspaceSpec,
} from '../../api/platform';
import type { AddonObject, WantedAddons } from '../../clouds/cloud';
import type { GpuPoolOptions } from './gpu-pool-options';
import { ownNodesSpec } from './own-nodes';
import type { PlatformProps } from './platform-props';
import type { WorkspaceClientIds } from './workspace-options';

/** What a platform knows of the cloud side; of a cluster that is declared here it may change until synth. @internal */
export interface PlatformSource {
  /** The construct that declares the cluster, where one does. */
  readonly cluster?: IConstruct;
  readonly artifacts: ArtifactStoreSpec;
  readonly registry?: RegistrySpec;
  /** Set where the cluster is OpenShift. */
  readonly openShift?: OpenShiftSpec;
  /** Where the cluster is, in the cloud's words. */
  readonly region?: string;
  /** Pools without GPU, where they are all that there are. */
  readonly nodePools?: NodePoolSpec[];
  /** What makes nodes as pods ask for them, where the cluster knows more of it than was said. */
  readonly nodeProvisioning?: NodeProvisioningSpec;
  /** Azure: of the workspaces' identities. */
  readonly tenantId?: string;
  /** How to get what is known only after the deployment. */
  readonly lateHint?: string;
  /** Azure: the identities of a workspace, once they are known. */
  clientIds?(namespace: string): Partial<Record<WorkspaceRole, string>>;
  /** Why the Kubernetes side cannot be synthesized, and how to fix it. */
  problem?(): string | undefined;
  /** What the cluster needs beside what its cloud brings, where the cluster knows more of that than its platform. */
  addons?(platform: PlatformSpec, wanted: WantedAddons): readonly AddonObject[];
}

/** The client ids by the ServiceAccounts that they are for. */
export function clientIdsByRole(clientIds: WorkspaceClientIds): Record<WorkspaceRole, string> {
  const byRole = { 'artifact-writer': clientIds.artifactWriter, 'artifact-reader': clientIds.artifactReader, 'image-builder': clientIds.imageBuilder };
  for (const role of WORKSPACE_ROLES) if (!byRole[role]) throw new Error(`client id of ${role} is empty; leave clientIds out until it is known`);
  return byRole;
}

/** The source of a platform that is described by hand. */
export function byHand(
  { registry, registrySecret, insecureRegistry }: PlatformProps, artifacts: ArtifactStoreSpec, region?: string,
): () => PlatformSource {
  const url = registry?.replace(/\/+$/, '');
  const known = { artifacts, ...(region !== undefined && { region }) };
  if (!url) return () => known;
  const spec = { url, ...(registrySecret && { secret: registrySecret }), ...(insecureRegistry && { insecure: true }) };
  return () => ({ ...known, registry: spec });
}

/** A GPU pool as the platform has it. */
export function poolSpec(name: string, options: GpuPoolOptions, capacity: GpuPoolSpec['capacity']): GpuPoolSpec {
  const { gpu, gpusPerNode = 1, maxNodes, nodeLabels, sharing, machineType, machineTypes = [], diskGiB, zones, fabric } = options;
  return {
    name,
    gpu: gpu.name,
    gpusPerNode,
    capacity,
    ...(maxNodes !== undefined && { maxNodes }),
    ...(nodeLabels && { nodeLabels }),
    ...(sharing && { sharing: sharing._name }),
    ...(machineType !== undefined && { machineType }),
    ...(machineTypes.length > 1 && { machineTypes: [...machineTypes] }),
    ...(diskGiB !== undefined && { diskGiB }),
    ...(zones && { zones }),
    ...ownNodesSpec(options),
    ...(fabric && { fabricResources: { ...fabric._resources }, ...(fabric._locksMemory && { fabricLocksMemory: true }) }),
  };
}

/** A workspace with what is known only after the deployment. */
export function withLate(workspace: WorkspaceSpec, { tenantId, clientIds }: Pick<PlatformSource, 'tenantId' | 'clientIds'>): WorkspaceSpec {
  const known = workspace.clientIds ?? clientIds?.(workspace.namespace) ?? {};
  return {
    ...workspace,
    ...(Object.keys(known).length > 0 && { clientIds: known }),
    ...(tenantId && { tenantId }),
  };
}
