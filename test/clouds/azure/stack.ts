import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/azure/terraform';
import type {
  AzureLocation, BucketInfrastructure, BucketSpec, ClusterInfrastructure, ClusterSpec, GpuPoolSpec, NodePoolSpec, RegistryInfrastructure,
  RegistrySpec,
} from '../../../src/clouds/infrastructure';

export const LOCATION: AzureLocation = {
  subscriptionId: '00000000-0000-0000-0000-000000000001',
  tenantId: '00000000-0000-0000-0000-000000000002',
  location: 'eastus',
  zones: ['1', '2', '3'],
};

const TAGS = { 'managed-by': 'cdk-substratus' };

export type Arguments = Record<string, unknown>;

/** What a stack has, by Terraform type, then by the path of the construct below the stack. */
export type Resources = Record<string, Record<string, Arguments>>;

export interface Json {
  readonly text: string;
  readonly terraform: Record<string, Record<string, Arguments>>;
  readonly output: Record<string, Arguments>;
  readonly provider: Record<string, Arguments[]>;
  readonly data?: unknown;
  readonly resources: Resources;
}

/** A stack on Azure, to which a test adds. */
export class Azure {
  public readonly stack: TerraformStack;
  public readonly handle: ClusterInfrastructure;

  constructor(cluster: Partial<ClusterSpec> = {}, location: AzureLocation = LOCATION) {
    this.stack = new TerraformStack(new App(), 'azure');
    const cloud = cloudInfrastructure(location);
    cloud.prepare(this.stack);
    this.handle = cloud.cluster(new Construct(this.stack, 'ml'), {
      name: 'ml', allowedCidrs: [], admins: [], protect: true, tags: TAGS, cidr: '10.0.0.0/16', ...cluster,
    });
  }

  public nodePool(spec: Partial<NodePoolSpec> = {}): void {
    const { name = 'cpu' } = spec;
    this.handle.addNodePool(new Construct(this.stack, name), {
      name, machineType: 'Standard_D8ds_v5', minNodes: 0, maxNodes: 3, spot: false, diskGiB: 100, labels: {}, tags: TAGS, ...spec,
    });
  }

  public gpuPool(spec: Partial<GpuPoolSpec> = {}): void {
    const { name = 'a100' } = spec;
    this.handle.addGpuPool(new Construct(this.stack, name), { ...GPU_POOL, name, ...spec });
  }

  public bucket(spec: Partial<BucketSpec> = {}): BucketInfrastructure {
    return this.handle.addBucket(new Construct(this.stack, 'bucket'), {
      name: 'artifacts0123', exists: false, protect: true, retentionDays: 7, tags: TAGS, ...spec,
    });
  }

  public registry(spec: Partial<RegistrySpec> = {}): RegistryInfrastructure {
    return this.handle.addRegistry(new Construct(this.stack, 'registry'), {
      name: 'images0123', protect: true, untaggedDays: 30, pullThrough: [], tags: TAGS, ...spec,
    });
  }

  public synth(): Json {
    return synth(this.stack);
  }
}

const GPU_POOL: GpuPoolSpec = {
  name: 'a100',
  machineType: 'Standard_NC24ads_A100_v4',
  gpu: 'nvidia-a100-80gb',
  gpusPerNode: 1,
  minNodes: 0,
  maxNodes: 4,
  diskGiB: 200,
  capacity: { kind: 'on-demand' },
  compact: false,
  imageStreaming: false,
  labels: { 'substratus.ai/gpu': 'nvidia-a100-80gb' },
  taints: [{ key: 'nvidia.com/gpu', value: 'present' }],
  tags: TAGS,
};

type Written = Omit<Json, 'text' | 'resources'> & { readonly resource?: Resources };

/** With the validations of cdktf. */
export function synth(stack: TerraformStack): Json {
  Testing.synth(stack, true);
  /* What Testing gives has no paths. */
  const text = JSON.stringify(stack.toTerraform(), null, 2);
  const { resource = {}, ...rest } = JSON.parse(text) as Written;
  const resources = Object.fromEntries(Object.entries(resource).map(([type, all]) => [type.replace('azurerm_', ''), byPath(all)]));
  return { ...rest, text, resources };
}

function byPath(all: Record<string, Arguments>): Record<string, Arguments> {
  return Object.fromEntries(Object.values(all).map((resource) => {
    const { metadata } = resource['//'] as { metadata: { path: string } };
    return [metadata.path.slice(metadata.path.indexOf('/') + 1), resource];
  }));
}

/** The one resource of a type, or the one of that path. */
export function only({ resources }: Json, type: string, path?: string): Arguments {
  const all = resources[type] ?? {};
  const found = path === undefined ? Object.values(all) : [all[path]].filter((resource) => resource !== undefined);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${type} ${path ?? ''}: ${Object.keys(all).join(', ')}`);
  return found[0];
}
