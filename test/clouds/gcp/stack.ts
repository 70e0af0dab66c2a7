import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/gcp/terraform';
import type {
  BucketSpec, ClusterInfrastructure, ClusterSpec, GcpLocation, GpuPoolSpec, RegistrySpec,
} from '../../../src/clouds/infrastructure';

export const LOCATION: GcpLocation = { projectId: 'acme-ml', projectNumber: '123', region: 'us-central1' };
export const TAGS = { 'managed-by': 'cdk-substratus', 'team': 'a' };

export const CLUSTER: ClusterSpec = { name: 'ml', allowedCidrs: [], admins: [], protect: true, tags: TAGS, cidr: '10.0.0.0/16' };
export const BUCKET: BucketSpec = { name: 'acme-artifacts', exists: false, protect: true, retentionDays: 30, tags: TAGS };
export const REGISTRY: RegistrySpec = { name: 'ml', protect: true, untaggedDays: 14, pullThrough: [], tags: TAGS };
export const L4: GpuPoolSpec = {
  name: 'l4', machineType: 'g2-standard-8', minNodes: 0, maxNodes: 8, diskGiB: 200, labels: { tier: 'gpu' }, tags: TAGS,
  gpu: 'nvidia-l4', gpusPerNode: 1, capacity: { kind: 'on-demand' }, compact: false, imageStreaming: false, taints: [],
};

export type Block = Readonly<Record<string, unknown>>;

/** One synthesized stack. */
export interface Synthesized {
  readonly json: string;
  /** All resources of a Terraform type. */
  all(type: string): Block[];
  /** The one resource of a Terraform type that has these fields. */
  one(type: string, fields?: Block): Block;
}

export function synth(build: (stack: TerraformStack) => void): Synthesized {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'gcp');
  build(stack);
  const json = readFileSync(join(Testing.fullSynth(stack), 'stacks', 'gcp', 'cdk.tf.json'), 'utf8');
  const { resource = {} } = JSON.parse(json) as { resource?: Record<string, Record<string, Block>> };
  const all = (type: string): Block[] => Object.values(resource[type] ?? {});
  return {
    json,
    all,
    one: (type, fields = {}) => {
      const found = all(type).filter((block) => Object.entries(fields).every(([key, value]) => block[key] === value));
      if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} ${type} with ${JSON.stringify(fields)}`);
      return found[0];
    },
  };
}

/** A cluster of its own in a stack, and what is added to it. */
export function synthCluster(add: (cluster: ClusterInfrastructure, stack: Construct) => void = () => undefined, overrides: {
  readonly cluster?: Partial<ClusterSpec>;
  readonly location?: Partial<GcpLocation>;
} = {}): Synthesized {
  return synth((stack) => {
    const cloud = cloudInfrastructure({ ...LOCATION, ...overrides.location });
    cloud.prepare(stack);
    add(cloud.cluster(new Construct(stack, 'ml'), { ...CLUSTER, ...overrides.cluster }), stack);
  });
}

/** The node pool that a GPU pool becomes. */
export function synthPool(overrides: Partial<GpuPoolSpec> = {}): Block {
  return synthCluster((cluster, stack) => cluster.addGpuPool(new Construct(stack, 'pool'), { ...L4, ...overrides }))
    .one('google_container_node_pool', { name: overrides.name ?? 'l4' });
}
