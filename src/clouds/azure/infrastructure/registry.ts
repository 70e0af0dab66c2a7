import type { ContainerRegistryNetworkRuleSet } from '@cdktf/provider-azurerm/lib/container-registry';
import type { Construct } from 'constructs';
import type { RegistryInfrastructure, RegistrySpec } from '../../infrastructure';
import { formatRange } from '../../ip-range';
import { checkRegistryName } from '../names';
import { ContainerRegistry, ContainerRegistryCacheRule } from '../resources';
import type { ClusterContext } from './cluster-context';
import { identityOf } from './identity';
import { privateLink } from './private-link';
import { publicRanges } from './public-access';
import { hasZones } from './regions';
import { assignRole } from './roles';

/** What a builder does with its repository. */
const ACTIONS = ['content/read', 'content/write', 'metadata/read', 'metadata/write'];

/** Registries that Azure caches without credentials (Microsoft Learn, "Artifact cache", 2025-05). */
const CACHED = ['ghcr.io', 'mcr.microsoft.com', 'public.ecr.aws', 'quay.io', 'registry.k8s.io'];

/**
 * A registry that knows rights by repository, so that a builder can push to its workspace's only. Nodes pull everything.
 *
 * Azure locks tags one by one only, so that they are not immutable here; images are referred to by what they are built from.
 */
export function registry(scope: Construct, spec: RegistrySpec, context: ClusterContext): RegistryInfrastructure {
  const { id } = createRegistry(scope, spec, context);
  privateLink(scope, context, { name: spec.name, targetId: id, service: 'registry' });
  assignRole(scope, 'Pull', { role: 'Container Registry Repository Reader', principalId: context.kubeletObjectId, on: id });
  for (const upstream of spec.pullThrough) pullThroughCache(scope, { id, name: spec.name }, upstream);
  return {
    addWorkspace: (_, { namespace, builder }) => void assignRole(scope, `Push-${namespace}`, {
      role: 'Container Registry Repository Writer',
      principalId: identityOf(context, builder).principalId,
      on: id,
      condition: onRepository(namespace),
    }),
  };
}

function createRegistry(scope: Construct, spec: RegistrySpec, context: ClusterContext): ContainerRegistry {
  const { name, protect, untaggedDays, allowedCidrs = [], tags } = spec;
  if (!Number.isInteger(untaggedDays) || untaggedDays < 1 || untaggedDays > 365) {
    throw new Error(`untaggedDays of registry ${name} is ${untaggedDays}; on azure it is from 1 to 365`);
  }
  const resource = new ContainerRegistry(scope, 'Resource', {
    name: checkRegistryName(name),
    resourceGroupName: context.resourceGroup,
    location: context.location.location,
    sku: 'Premium',
    adminEnabled: false,
    anonymousPullEnabled: false,
    publicNetworkAccessEnabled: allowedCidrs.length > 0,
    ...(allowedCidrs.length > 0 && { networkRuleSet: [networkRules(name, allowedCidrs)] }),
    dataEndpointEnabled: true,
    zoneRedundancyEnabled: hasZones(context.location),
    retentionPolicyInDays: untaggedDays,
    tags: { ...tags },
    lifecycle: { preventDestroy: protect },
  });
  /* azurerm has it from 4.81 on, later than the typings; the roles by registry (AcrPull, AcrPush) mean nothing then. */
  resource.addOverride('role_assignment_mode', 'AbacRepositoryPermissions');
  return resource;
}

/** The cluster comes through the private endpoint, which no rule is for. */
function networkRules(name: string, cidrs: readonly string[]): ContainerRegistryNetworkRuleSet {
  const ipRule = publicRanges(`registry ${name}`, cidrs).map((range) => ({ action: 'Allow', ipRange: formatRange(range) }));
  return { defaultAction: 'Deny', ipRule };
}

/** Rights on the content of one repository: whatever the role allows on it, and nothing on another one. */
function onRepository(repository: string): string {
  const others = ACTIONS.map((action) => `!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/${action}'})`).join(' AND ');
  return `((${others}) OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase '${repository}'))`;
}

interface Registry {
  readonly id: string;
  readonly name: string;
}

/** Under the upstream's name, which has a dot, as no namespace has. */
function pullThroughCache(scope: Construct, { id: containerRegistryId, name }: Registry, upstream: string): void {
  if (!CACHED.includes(upstream)) {
    throw new Error(`pullThrough of registry ${name} has ${upstream}, which azure does not cache without credentials; use ${CACHED.join(', ')}`);
  }
  new ContainerRegistryCacheRule(scope, `Cache-${upstream}`, {
    name: `cache-${upstream.replaceAll('.', '-')}`,
    containerRegistryId,
    sourceRepo: `${upstream}/*`,
    targetRepo: `${upstream}/*`,
  });
}
