import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/aws/terraform';
import type {
  AwsLocation, BucketSpec, ClusterInfrastructure, ClusterSpec, ExistingClusterSpec, GpuPoolSpec, NodePoolSpec, RegistrySpec,
} from '../../../src/clouds/infrastructure';

export const LOCATION: AwsLocation = { accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] };
export const ADMIN = 'arn:aws:iam::111122223333:role/admin';

export const CLUSTER: ClusterSpec = {
  name: 'ml', allowedCidrs: [], admins: [ADMIN], protect: true, tags: { team: 'ml' }, cidr: '10.0.0.0/16',
};

export const EXISTING: ExistingClusterSpec = {
  name: 'ours',
  attributes: { subnetIds: ['subnet-a', 'subnet-b', 'subnet-c'], nodeRoleArn: 'arn:aws:iam::111122223333:role/eks/nodes' },
  tags: {},
};

export const BUCKET: BucketSpec = { name: 'acme-ml', exists: false, protect: true, retentionDays: 7, tags: {} };
export const REGISTRY: RegistrySpec = { name: 'ml', protect: true, untaggedDays: 14, pullThrough: [], tags: {} };

export function nodePoolSpec(spec: Partial<NodePoolSpec> = {}): NodePoolSpec {
  return { name: 'cpu', machineType: 'm7i.2xlarge', minNodes: 0, maxNodes: 3, spot: false, diskGiB: 100, labels: {}, tags: {}, ...spec };
}

export function gpuPoolSpec(spec: Partial<GpuPoolSpec> = {}): GpuPoolSpec {
  return {
    name: 'l4',
    machineType: 'g6.2xlarge',
    gpu: 'nvidia-l4',
    gpusPerNode: 1,
    minNodes: 0,
    maxNodes: 8,
    capacity: { kind: 'on-demand' },
    diskGiB: 200,
    labels: { 'substratus.ai/gpu': 'nvidia-l4' },
    taints: [{ key: 'nvidia.com/gpu', value: 'present' }],
    tags: {},
    compact: false,
    imageStreaming: false,
    ...spec,
  };
}

/** The parts of the Terraform configuration that tests look at. */
export interface Synthesized {
  readonly terraform: { readonly required_providers: Record<string, { version: string }> };
  readonly provider: Record<string, Record<string, unknown>[]>;
  readonly data?: Record<string, Record<string, Resource>>;
  readonly resource: Record<string, Record<string, Resource>>;
}

export type Resource = Record<string, unknown>;

export type Declare = (cluster: ClusterInfrastructure, scope: (id: string) => Construct) => void;

/** What a stack with a new cluster, and what is declared on it, comes to. */
export function synthesize(declare: Declare = () => undefined, spec: Partial<ClusterSpec> = {}): Synthesized {
  return parse(inStack((stack) => {
    const cloud = cloudInfrastructure(LOCATION);
    cloud.prepare(stack);
    declare(cloud.cluster(new Construct(stack, 'cluster'), { ...CLUSTER, ...spec }), (id) => new Construct(stack, id));
  }));
}

/** The same with a cluster that exists. */
export function synthesizeExisting(declare: Declare, spec: ExistingClusterSpec = EXISTING): Synthesized {
  return parse(inStack((stack) => {
    const cloud = cloudInfrastructure(LOCATION);
    cloud.prepare(stack);
    declare(cloud.existingCluster(new Construct(stack, 'cluster'), spec), (id) => new Construct(stack, id));
  }));
}

function inStack(fill: (stack: TerraformStack) => void): TerraformStack {
  const stack = new TerraformStack(Testing.app({ stubVersion: true, fakeCdktfJsonPath: true }), 'aws');
  fill(stack);
  return stack;
}

/** With cdktf's own validations. */
function parse(stack: TerraformStack): Synthesized {
  return JSON.parse(Testing.synth(stack, true)) as Synthesized;
}

/** The resources of a type, by their address. */
export function all(synthesized: Synthesized, type: string): Resource[] {
  return Object.values(synthesized.resource[type] ?? {});
}

/** The one resource of a type that has these values. */
export function one(synthesized: Synthesized, type: string, values: Resource = {}): Resource {
  const found = all(synthesized, type).filter((resource) => Object.entries(values).every(([key, value]) => resource[key] === value));
  expect(found).toHaveLength(1);
  return found[0] ?? {};
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export function statements(policy: unknown): Statement[] {
  return (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
}

/** All that a role may do by its own policies, by the names of these. */
export function rightsOf(synthesized: Synthesized, roleName: string): Record<string, Statement[]> {
  const [address] = Object.entries(synthesized.resource.aws_iam_role ?? {}).find(([, { name }]) => name === roleName) ?? [];
  const policies = all(synthesized, 'aws_iam_role_policy').filter(({ role }) => role === `\${aws_iam_role.${address ?? ''}.name}`);
  return Object.fromEntries(policies.map(({ name, policy }) => [String(name), statements(policy)]));
}

/** The policies of AWS that a role has. */
export function managedPoliciesOf(synthesized: Synthesized, roleName: string): string[] {
  const [address] = Object.entries(synthesized.resource.aws_iam_role ?? {}).find(([, { name }]) => name === roleName) ?? [];
  return all(synthesized, 'aws_iam_role_policy_attachment')
    .filter(({ role }) => role === `\${aws_iam_role.${address ?? ''}.name}`)
    .map(({ policy_arn }) => String(policy_arn));
}
