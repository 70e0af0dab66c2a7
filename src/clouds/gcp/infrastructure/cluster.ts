import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ClusterSpec, GcpLocation } from '../../infrastructure';
import { renamed } from '../../renamed';
import { ContainerCluster, KmsCryptoKey, KmsKeyRing, ProjectIamMember, ProjectService, ServiceAccount } from '../resources';
import { serviceAgent } from './identity';
import { checkKey, useOfKey } from './keys';
import { maintenancePolicy } from './maintenance';
import { checkedName, labelsOf, nodeAccountId, zonesIn } from './names';
import type { Network } from './network';
import { SCOPES, SHIELDED } from './nodes';

const APIS = [
  'artifactregistry', 'binaryauthorization', 'cloudkms', 'cloudresourcemanager', 'compute', 'container', 'containerfilesystem',
  'containerscanning', 'iam', 'logging', 'monitoring', 'storage',
];

/** What a node needs to report; it pulls by rights on the repositories. */
const NODE_ROLE = 'roles/container.defaultNodeServiceAccount';

/** APIs stay enabled when the stack goes: others in the project may use them. */
export function enabledApis(scope: Construct): ITerraformDependable[] {
  return APIS.map((api) => new ProjectService(scope, `Api-${api}`, { service: `${api}.googleapis.com`, disableOnDestroy: false }));
}

export interface NodeIdentity {
  readonly account: ServiceAccount;
  /** Its e-mail address, as it will be: names are chosen, not read. */
  readonly email: string;
  readonly role: ITerraformDependable;
}

export interface NodeIdentityOptions {
  readonly location: GcpLocation;
  readonly apis: readonly ITerraformDependable[];
}

/** The identity of the nodes, instead of the project's editor that would be the default. */
export function nodeIdentity(scope: Construct, spec: ClusterSpec, { location: { projectId }, apis }: NodeIdentityOptions): NodeIdentity {
  const accountId = renamed(spec, 'google_service_account', nodeAccountId(spec.name));
  const account = new ServiceAccount(scope, 'NodeIdentity', {
    accountId,
    displayName: `Nodes of ${spec.name}`,
    dependsOn: [...apis],
  });
  const role = new ProjectIamMember(scope, 'NodeIdentityRole', { project: projectId, role: NODE_ROLE, member: account.member });
  return { account, role, email: `${accountId}@${mailDomain(projectId)}` };
}

/** The project of a domain is written the other way round: `acme.com:ml` has `ml.acme.com.iam.gserviceaccount.com`. */
function mailDomain(projectId: string): string {
  return `${projectId.split(':').reverse().join('.')}.iam.gserviceaccount.com`;
}

/** What does not depend on the cluster: Dataplane V2 is what enforces network policies. */
const HARDENED = {
  datapathProvider: 'ADVANCED_DATAPATH',
  enableIntranodeVisibility: true,
  releaseChannel: { channel: 'REGULAR' },
  enableShieldedNodes: true,
  masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  binaryAuthorization: { evaluationMode: 'PROJECT_SINGLETON_POLICY_ENFORCE' },
  securityPostureConfig: { mode: 'BASIC' },
  loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'WORKLOADS', 'APISERVER'] },
  monitoringConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'DCGM'], managedPrometheus: { enabled: true } },
  addonsConfig: {
    gcePersistentDiskCsiDriverConfig: { enabled: true },
    gcsFuseCsiDriverConfig: { enabled: true },
    dnsCacheConfig: { enabled: true },
  },
  costManagementConfig: { enabled: true },
  clusterAutoscaling: { enabled: false, autoscalingProfile: 'OPTIMIZE_UTILIZATION' },
  nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: 'FALSE' } },
};

export interface ClusterContext {
  readonly location: GcpLocation;
  readonly network: Network;
  readonly nodes: NodeIdentity;
  readonly apis: readonly ITerraformDependable[];
}

/**
 * A regional GKE cluster: private nodes, a control plane behind IAM (its DNS endpoint), workload identity, Dataplane V2 (network
 * policies are enforced), Secrets encrypted with a key of its own, and the drivers for disks and buckets.
 */
export function cluster(scope: Construct, spec: ClusterSpec, { location, network, nodes, apis }: ClusterContext): ContainerCluster {
  const { projectId, region, zones } = location;
  const { kubernetesVersion, allowedCidrs } = spec;
  const encryption = secretsKey(scope, spec, { location, apis });
  return new ContainerCluster(scope, 'Resource', {
    ...HARDENED,
    name: checkedName('cluster', spec.name),
    location: region,
    ...(zones && { nodeLocations: zonesIn(region, zones) }),
    ...(kubernetesVersion && { minMasterVersion: kubernetesVersion }),
    ...(spec.maintenance && { maintenancePolicy: maintenancePolicy(spec.name, spec.maintenance) }),
    deletionProtection: spec.protect,
    network: network.network,
    subnetwork: network.subnetwork,
    networkingMode: 'VPC_NATIVE',
    ipAllocationPolicy: { clusterSecondaryRangeName: network.podsRange, servicesSecondaryRangeName: network.servicesRange },
    privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: allowedCidrs.length === 0 },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: allowedCidrs.map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
      privateEndpointEnforcementEnabled: true,
    },
    workloadIdentityConfig: { workloadPool: `${projectId}.svc.id.goog` },
    databaseEncryption: { state: 'ENCRYPTED', keyName: encryption.key },
    resourceLabels: labelsOf(spec.tags),
    /* GKE asks for a first pool, which is thrown away at once: all pools are resources of their own. */
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: { serviceAccount: nodes.account.email, oauthScopes: SCOPES, ...SHIELDED },
    lifecycle: { ignoreChanges: ['node_config', 'initial_node_count'] },
    dependsOn: [...apis, encryption.grant, nodes.role],
  });
}

interface SecretsKey {
  /** Its full name. */
  readonly key: string;
  readonly grant: ITerraformDependable;
}

interface KeyContext {
  readonly location: GcpLocation;
  readonly apis: readonly ITerraformDependable[];
}

/** A key ring cannot be destroyed: a cluster that is created again under the same name imports it. */
function secretsKey(scope: Construct, spec: ClusterSpec, { location, apis }: KeyContext): SecretsKey {
  const { name, tags, protect, encryptionKey } = spec;
  const member = serviceAgent(location, 'container-engine-robot');
  if (encryptionKey !== undefined) {
    checkKey(encryptionKey, location, 'cluster');
    return { key: encryptionKey, grant: useOfKey(scope, 'SecretsKeyGrant', { key: encryptionKey, member }) };
  }
  const ring = new KmsKeyRing(scope, 'KeyRing', { name: renamed(spec, 'google_kms_key_ring', name), location: location.region, dependsOn: [...apis] });
  const key = new KmsCryptoKey(scope, 'SecretsKey', {
    name: renamed(spec, 'google_kms_crypto_key', `${name}-secrets`),
    keyRing: ring.id,
    rotationPeriod: '7776000s',
    labels: labelsOf(tags),
    lifecycle: { preventDestroy: protect },
  });
  return { key: key.id, grant: useOfKey(scope, 'SecretsKeyGrant', { key: key.id, member }) };
}
