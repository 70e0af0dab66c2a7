import type { Construct } from 'constructs';
import type { AwsLocation, RegistryInfrastructure, RegistrySpec } from '../../infrastructure';
import { refuseNetworks } from '../../open-by-identity';
import { partitionOfRegion } from '../partition';
import { EcrLifecyclePolicy, EcrPullThroughCacheRule, EcrRepository, EcrRepositoryCreationTemplate, IamRolePolicy } from '../resources';
import type { Identities } from './identity';
import { arn, checkRegistryName } from './names';
import { policyDocument } from './policy';
import type { Statement } from './policy';

/** What ECR caches without credentials, of which Terraform would hold a secret's ARN that only exists after the first deployment. */
const OPEN_UPSTREAMS = ['public.ecr.aws', 'quay.io', 'registry.k8s.io'];
const MAX_CACHE_PREFIX = 30;

export interface RegistryContext {
  readonly location: AwsLocation;
  readonly identities: Identities;
  /** Name of the nodes' role. Its own policies let it pull from all repositories of the account. */
  readonly nodeRole: string;
}

/** A repository a workspace, for ECR makes none on push, and rights are by repository; and a folder of some for each cached upstream. */
export function registry(scope: Construct, spec: RegistrySpec, context: RegistryContext): RegistryInfrastructure {
  const { location, identities, nodeRole } = context;
  checkRegistryName(spec.name);
  refuseNetworks(`registry ${spec.name}`, spec.allowedCidrs);
  if (spec.pullThrough.length > 0) pullThroughCaches(scope, spec, { location, nodeRole });
  return {
    addWorkspace: (_, { namespace, builder }) => {
      const name = `${spec.name}/${namespace}`;
      const repository = new EcrRepository(scope, `Repository-${namespace}`, {
        name,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: [{ encryptionType: 'KMS' }],
        forceDelete: false,
        tags: { ...spec.tags },
        lifecycle: { preventDestroy: spec.protect },
      });
      new EcrLifecyclePolicy(scope, `Cleanup-${namespace}`, { repository: repository.name, policy: cleanup(spec.untaggedDays) });
      identities.allow(builder, `push-${name.replaceAll('/', '.')}`, pushStatements(location, name));
    },
  };
}

function pushStatements(location: AwsLocation, repository: string): Statement[] {
  return [
    /* A token is for the whole registry and gives no right by itself: the action knows no resources. */
    { Sid: 'Login', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'Push',
      Effect: 'Allow',
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      Resource: arn(location, 'ecr', `repository/${repository}`),
    },
  ];
}

function cleanup(untaggedDays: number): string {
  return JSON.stringify({
    rules: [{
      rulePriority: 1,
      description: `untagged for ${untaggedDays} days`,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: untaggedDays },
      action: { type: 'expire' },
    }],
  });
}

/** The first pull of an image makes the repository it is cached in, with the rights of whom it is pulled by: the node. */
function pullThroughCaches(scope: Construct, spec: RegistrySpec, { location, nodeRole }: Omit<RegistryContext, 'identities'>): void {
  const { name, title } = partitionOfRegion(location.region);
  /* https://docs.amazonaws.cn/AmazonECR/latest/userguide/pull-through-cache.html */
  if (name === 'aws-cn') throw new Error(`pullThrough has ${spec.pullThrough.join(', ')}, but ECR of ${title} caches no upstream; leave it out, and give imageMirrors to the cluster`);
  const prefixes = spec.pullThrough.map((upstream) => pullThroughCache(scope, spec, upstream));
  new IamRolePolicy(scope, 'NodesFillCaches', {
    name: `fill-caches-${spec.name}`,
    role: nodeRole,
    policy: policyDocument({
      Effect: 'Allow',
      Action: ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
      Resource: prefixes.map((prefix) => arn(location, 'ecr', `repository/${prefix}/*`)),
    }),
  });
}

/** Its folder cannot be a workspace's: a host has a dot in it, a namespace has none. */
function pullThroughCache(scope: Construct, { name, untaggedDays }: RegistrySpec, upstream: string): string {
  if (!OPEN_UPSTREAMS.includes(upstream)) {
    throw new Error(`pullThrough has ${upstream}, which ECR caches only with a login; use ${OPEN_UPSTREAMS.join(', ')}, or leave it out`);
  }
  const prefix = `${name}/${upstream}`;
  if (prefix.length > MAX_CACHE_PREFIX) {
    throw new Error(`name of registry ${name} is too long to cache ${upstream} on AWS; use at most ${MAX_CACHE_PREFIX - upstream.length - 1} characters`);
  }
  const template = new EcrRepositoryCreationTemplate(scope, `CacheTemplate-${upstream}`, {
    prefix,
    description: `Cache of ${upstream}`,
    appliedFor: ['PULL_THROUGH_CACHE'],
    /* An upstream may move its tags. */
    imageTagMutability: 'MUTABLE',
    encryptionConfiguration: [{ encryptionType: 'AES256' }],
    lifecyclePolicy: cleanup(untaggedDays),
  });
  new EcrPullThroughCacheRule(scope, `Cache-${upstream}`, { ecrRepositoryPrefix: template.prefix, upstreamRegistryUrl: upstream });
  return prefix;
}
