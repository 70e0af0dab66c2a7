import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { GpuSpec, ResourcesSpec } from '../../api/resource';
import { isSharing } from '../../api/sharing';
import { cloudNamed } from '../../clouds/pods';
import { limitsProblem, noCapacity } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { quantity } from '../checks/size';
import { asValidation, ValidationError } from '../checks/validation-error';
import { Gpu } from '../platform/gpu';
import { GpuSharing } from '../platform/gpu-sharing';
import { coresOf, limitsSpec } from '../platform/limits';
import type { LimitsOptions } from '../platform/limits';
import { noSuchGpu, noSuchMachine } from '../platform/machines';
import { platformOf } from '../platform/workspace-context';

/** Which nodes may be used, by what they cost and whether the cloud may take them back. */
export enum Capacity {
  /** Nodes that stay. */
  ON_DEMAND = 'on-demand',
  /** Spot nodes only: cheaper, and may be taken back at any time. */
  SPOT = 'spot',
  /** Spot nodes where there are some, else others. */
  SPOT_FIRST = 'spot-first',
  /** Flex-start nodes (Google Cloud): waited for until there are some, and lent for a week at most. */
  FLEX_START = 'flex-start',
  /**
   * Queued nodes (Google Cloud): a Model or Dataset asks for them by a ProvisioningRequest, and runs once it has got them, for a week at
   * most. Not for a Server or Notebook.
   */
  QUEUED = 'queued',
}

/** What the container asks for. */
export interface ResourcesOptions {
  /**
   * Cores, also parts of one.
   *
   * @default - 2, or with GPUs what each of them leaves room for on the leanest machine that has it
   */
  readonly cpu?: number;

  /**
   * Memory.
   *
   * @default - 10 GiB, or with GPUs what each of them leaves room for on the leanest machine that has it; 2 GiB on a local cluster;
   * more where the facts of a model say so
   */
  readonly memory?: Size;

  /**
   * Ephemeral storage: the node's disk.
   *
   * @default - 5 GiB, with GPUs 20 GiB and a quarter of their memory, up to 100 GiB; more where a known model is copied to the node
   */
  readonly disk?: Size;

  /**
   * The GPU.
   *
   * @default - none, or with `gpuCount` or `gpuSharing` the one kind that the platform has
   */
  readonly gpu?: Gpu;

  /**
   * How many GPUs, all on one node.
   *
   * @default 1 if `gpu` is set
   */
  readonly gpuCount?: number;

  /**
   * A slice of a GPU that is shared, in place of a whole one: `GpuSharing.mig('1g.10gb')`, or `GpuSharing.timeSlicing(4)` for the part of
   * one of four pods. Only pools that share their GPUs in just this way have it, and they have nothing else. Cores, memory and disk are by
   * default the slice's part of what goes with the GPU.
   *
   * @default - whole GPUs
   */
  readonly gpuSharing?: GpuSharing;

  /**
   * Which nodes may be used.
   *
   * @default - for a GPU on-demand nodes, unless the platform has it on spot nodes only; else any
   */
  readonly capacity?: Capacity;

  /**
   * Size of `/dev/shm`, through which processes share memory: the workers of a data loader, or the processes of several GPUs. It is
   * a bound; what is written there counts as `memory`. A volume of your own that `pod` mounts at `/dev/shm` takes its place.
   *
   * @default - 1 GiB, 2 GiB with one GPU, else 4 GiB for each GPU and 8 GiB at least
   */
  readonly sharedMemory?: Size;

  /**
   * The most that the container may use; not less than it asks for. What is left out of `cpu` and `memory` then asks for no more.
   *
   * @default - none, so that work is not killed while its node has room
   */
  readonly limits?: LimitsOptions;
}

const RESOURCES_PROPS = knownProps<ResourcesOptions>({
  cpu: true, memory: true, disk: true, gpu: true, gpuCount: true, gpuSharing: true, capacity: true, sharedMemory: true,
  limits: true,
});

/** The options as the wire has them, after a look at what can be said without the other resources and the pools. */
export function resourcesSpec(scope: Construct, resources: ResourcesOptions): ResourcesSpec {
  validate(scope, resources);
  const { cpu, memory, disk, capacity, sharedMemory, limits } = resources;
  const gpu = gpuSpec(resources);
  const spec: ResourcesSpec = {
    ...(cpu !== undefined && { cpu: coresOf(cpu) }),
    ...(memory !== undefined && { memory: quantity(scope, 'memory', memory) }),
    ...(disk !== undefined && { disk: quantity(scope, 'disk', disk) }),
    ...(gpu && { gpu }),
    ...(capacity && { capacity }),
    ...(sharedMemory !== undefined && { sharedMemory: quantity(scope, 'sharedMemory', sharedMemory) }),
    ...(limits && { limits: asValidation(scope, () => limitsSpec('limits', limits)) }),
  };
  const problem = limitsProblem(spec);
  if (problem) throw new ValidationError(scope, problem);
  return spec;
}

function gpuSpec({ gpu, gpuCount, gpuSharing }: ResourcesOptions): GpuSpec | undefined {
  if (!gpu && gpuCount === undefined && !gpuSharing) return undefined;
  return { ...(gpu && { type: gpu.name }), count: gpuCount ?? 1, ...(gpuSharing && { sharing: gpuSharing._name }) };
}

function validate(scope: Construct, resources: ResourcesOptions): void {
  const wrong = optionsProblem('resources', resources, RESOURCES_PROPS);
  if (wrong) throw new ValidationError(scope, wrong);
  const { cpu, capacity } = resources;
  if (cpu !== undefined && !(Number.isFinite(cpu) && cpu > 0)) {
    throw new ValidationError(scope, `cpu is ${formatValue(cpu)}; give a number of cores above 0, for example 2 or 0.5`);
  }
  const gpuWrong = gpuProblem(resources);
  if (gpuWrong) throw new ValidationError(scope, gpuWrong);
  if (capacity !== undefined && !Object.values(Capacity).includes(capacity)) {
    throw new ValidationError(scope, `capacity is ${formatValue(capacity)}; use one of ${Object.values(Capacity).join(', ')}`);
  }
  const problem = cloudProblem(scope, resources);
  if (problem) throw new ValidationError(scope, problem);
}

function gpuProblem({ gpu, gpuCount, gpuSharing }: ResourcesOptions): string | undefined {
  if (gpu !== undefined && !(gpu instanceof Gpu)) return `gpu is ${formatValue(gpu)}, which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')`;
  if (gpuCount !== undefined && !(Number.isInteger(gpuCount) && gpuCount > 0)) {
    return `gpuCount is ${formatValue(gpuCount)}; give a whole number of GPUs, 1 or more, or leave gpu out`;
  }
  if (gpuSharing === undefined) return undefined;
  if (!(gpuSharing instanceof GpuSharing)) return `gpuSharing is ${formatValue(gpuSharing)}, which is not a GpuSharing; write for example GpuSharing.mig('1g.10gb')`;
  const name = gpuSharing._name;
  if (!isSharing(name)) return `gpuSharing is ${name}; give a MIG profile such as 1g.10gb, or a whole number of pods, 2 or more`;
  if (gpuCount !== undefined && gpuCount > 1) return `gpuCount is ${gpuCount} with gpuSharing ${name}, but a program sees one slice only; leave out one of them`;
  return undefined;
}

/** What the cloud has not, whatever pools there are. */
function cloudProblem(scope: Construct, { gpu, gpuCount = 1, capacity }: ResourcesOptions): string | undefined {
  const platform = platformOf(scope);
  if (!platform) return undefined;
  const cloud = cloudNamed(platform.cloudName);
  return (capacity && noCapacity(capacity, cloud))
    ?? (gpu && !gpu._custom ? noSuchGpu(cloud, gpu.name) ?? noSuchMachine(cloud, gpu.name, gpuCount) : undefined);
}
