import type {
  ArtifactRegistryRepositoryConfig, ArtifactRegistryRepositoryRemoteRepositoryConfig,
} from '@cdktf/provider-google/lib/artifact-registry-repository';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { GcpLocation, RegistryInfrastructure, RegistrySpec, ServiceAccountRef } from '../../infrastructure';
import { refuseNetworks } from '../../open-by-identity';
import { ArtifactRegistryRepository, ArtifactRegistryRepositoryIamMember } from '../resources';
import { principal } from './identity';
import { checkedName, labelsOf } from './names';

export interface RegistryContext {
  readonly location: GcpLocation;
  /** IAM member of the nodes, which pull. */
  readonly nodes: string;
  readonly apis: readonly ITerraformDependable[];
  readonly cluster: readonly ITerraformDependable[];
}

/** A repository for each workspace, since rights are by repository, and one for each upstream that is cached. */
export function registry(scope: Construct, spec: RegistrySpec, context: RegistryContext): RegistryInfrastructure {
  checkedName('repository', spec.name);
  refuseNetworks(`registry ${spec.name}`, spec.allowedCidrs);
  for (const upstream of spec.pullThrough) pullThroughCache(scope, spec, { ...context, upstream });
  return { addWorkspace: (_, workspace) => workspaceRepository(scope, spec, { ...context, ...workspace }) };
}

interface WorkspaceContext extends RegistryContext {
  readonly namespace: string;
  readonly builder: ServiceAccountRef;
}

function workspaceRepository(scope: Construct, spec: RegistrySpec, { namespace, builder, ...context }: WorkspaceContext): void {
  if (scope.node.tryFindChild(`Repository-${namespace}`)) return;
  const repository = new ArtifactRegistryRepository(scope, `Repository-${namespace}`, {
    ...repositoryConfig(`${spec.name}-${namespace}`, spec, context),
    dockerConfig: { immutableTags: true },
    lifecycle: { preventDestroy: spec.protect },
  });
  grantPull(scope, `Pull-${namespace}`, { repository, ...context });
  new ArtifactRegistryRepositoryIamMember(scope, `Push-${namespace}`, {
    repository: repository.name,
    location: context.location.region,
    role: 'roles/artifactregistry.writer',
    member: principal(context.location, builder),
    dependsOn: [...context.cluster],
  });
}

interface UpstreamContext extends RegistryContext {
  /** Host of the registry. */
  readonly upstream: string;
}

/** What is in a cache can be had again, so it is not protected. */
function pullThroughCache(scope: Construct, spec: RegistrySpec, { upstream, ...context }: UpstreamContext): void {
  const repository = new ArtifactRegistryRepository(scope, `Cache-${upstream}`, {
    ...repositoryConfig(`${spec.name}-cache-${upstream.replace(/[^a-z0-9]+/g, '-')}`, spec, context),
    mode: 'REMOTE_REPOSITORY',
    remoteRepositoryConfig: remoteOf(upstream),
  });
  grantPull(scope, `Pull-${upstream}`, { repository, ...context });
}

function remoteOf(upstream: string): ArtifactRegistryRepositoryRemoteRepositoryConfig {
  if (upstream === 'docker.io') return { dockerRepository: { publicRepository: 'DOCKER_HUB' } };
  return { dockerRepository: { customRepository: { uri: `https://${upstream}` } } };
}

function repositoryConfig(
  id: string,
  { untaggedDays, tags }: RegistrySpec,
  { location, apis }: RegistryContext,
): ArtifactRegistryRepositoryConfig {
  return {
    repositoryId: checkedName('repository', id),
    location: location.region,
    format: 'DOCKER',
    /* That is: scanned, for the API that scans is enabled. */
    vulnerabilityScanningConfig: { enablementConfig: 'INHERITED' },
    cleanupPolicies: [{ id: 'untagged', action: 'DELETE', condition: { tagState: 'UNTAGGED', olderThan: `${untaggedDays * 86_400}s` } }],
    labels: labelsOf(tags),
    dependsOn: [...apis],
  };
}

interface Pull {
  readonly repository: ArtifactRegistryRepository;
  readonly location: GcpLocation;
  readonly nodes: string;
}

function grantPull(scope: Construct, id: string, { repository, location, nodes }: Pull): void {
  new ArtifactRegistryRepositoryIamMember(scope, id, {
    repository: repository.name,
    location: location.region,
    role: 'roles/artifactregistry.reader',
    member: nodes,
  });
}
