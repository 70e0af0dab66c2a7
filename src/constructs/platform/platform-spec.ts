/** What a platform knows, as the plain JSON that expansion and the reconciler read. */
import { definedOnly } from '../../api/defined';
import type { EnginesSpec } from '../../api/engines';
import type { GatewaysSpec } from '../../api/model-gateway';
import type { CustomGpuSpec, GpuPoolSpec, NodeProvisioningSpec, PlatformSpec, PodDefaultsSpec, WorkspaceSpec } from '../../api/platform';
import { mirrorsSpec } from './mirrors';
import type { PlatformProps } from './platform-props';
import { withLate } from './platform-source';
import type { PlatformSource } from './platform-source';

/** What was given when the platform was made. */
interface Given {
  readonly cloud: string;
  readonly props: PlatformProps;
  readonly source: PlatformSource;
  /** Folder in the bucket, without slashes at its ends. */
  readonly prefix?: string;
}

/** What was added since. */
interface Added {
  readonly gpuPools: readonly GpuPoolSpec[];
  readonly gpus: readonly CustomGpuSpec[];
  readonly nodeProvisioning?: NodeProvisioningSpec;
  readonly workspaces: readonly WorkspaceSpec[];
  readonly monitoringNamespaces: readonly string[];
  readonly reconcilerNamespace?: string;
  readonly podDefaults?: PodDefaultsSpec;
  readonly engines: EnginesSpec & GatewaysSpec;
}

export function platformSpec({ cloud, props, source, prefix }: Given, added: Added): PlatformSpec {
  const { artifacts, registry, tenantId, clientIds, nodePools, region, openShift } = source;
  const { clusterName, kubernetesVersion, autoProvisioning, images, imageMirrors, mirrors, gpuDriver, storeCidrs, storageClasses } = props;
  const { gpuPools, gpus, workspaces, reconcilerNamespace, monitoringNamespaces, podDefaults, engines } = added;
  const nodeProvisioning = source.nodeProvisioning ?? added.nodeProvisioning;
  return {
    cloud,
    clusterName,
    ...(region !== undefined && { region }),
    ...(kubernetesVersion && { kubernetesVersion }),
    artifacts: { ...definedOnly(artifacts), ...(prefix !== undefined && { prefix }), ...(storeCidrs && { cidrs: storeCidrs }) },
    ...(registry && { registry }),
    ...(autoProvisioning && { autoProvisioning }),
    ...(nodeProvisioning && { nodeProvisioning }),
    ...(gpuPools.length > 0 && { gpuPools: [...gpuPools] }),
    ...(gpus.length > 0 && { gpus: [...gpus] }),
    ...(nodePools && { nodePools }),
    ...(workspaces.length > 0 && { workspaces: workspaces.map((workspace) => withLate(workspace, { tenantId, clientIds })) }),
    ...(images && { images }),
    ...(reconcilerNamespace !== undefined && { reconcilerNamespace }),
    ...(monitoringNamespaces.length > 0 && { monitoringNamespaces: [...monitoringNamespaces] }),
    ...(imageMirrors && { imageMirrors }),
    ...(mirrors && { mirrors: mirrorsSpec(mirrors) }),
    ...(gpuDriver !== undefined && { gpuDriver }),
    ...(podDefaults && { podDefaults }),
    ...(storageClasses && { storageClasses }),
    ...(openShift && { openShift }),
    ...engines,
  };
}
