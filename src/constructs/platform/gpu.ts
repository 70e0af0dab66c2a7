import { Size, SizeRoundingBehavior } from 'cdk8s';
import type { CustomGpuSpec } from '../../api/platform';
import { gpuNamed } from '../../catalog/gpus';
import { unknownGpu } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** A GPU that the catalog does not have. */
export interface CustomGpuOptions {
  /** Name of your choice, such as `nvidia-rtx-a6000`. Resources and pools have it. */
  readonly name: string;

  /** Memory of one. */
  readonly memory: Size;

  /** The extended resource that its nodes offer and a container asks for, such as `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`. */
  readonly resourceName: string;

  /**
   * Cores that a container asks for with each.
   *
   * @default 3
   */
  readonly cpu?: number;

  /**
   * Memory that a container asks for with each.
   *
   * @default - as much as the GPU has
   */
  readonly hostMemory?: Size;
}

/** A kind of GPU, or of another accelerator. */
export class Gpu {
  /** NVIDIA T4, 16 GiB. */
  public static readonly NVIDIA_T4 = new Gpu('nvidia-t4');

  /** NVIDIA V100, 16 GiB. */
  public static readonly NVIDIA_V100 = new Gpu('nvidia-v100');

  /** NVIDIA V100 (32 GB), 32 GiB. */
  public static readonly NVIDIA_V100_32GB = new Gpu('nvidia-v100-32gb');

  /** NVIDIA A10, 24 GiB. */
  public static readonly NVIDIA_A10 = new Gpu('nvidia-a10');

  /** NVIDIA A10G, 24 GiB. */
  public static readonly NVIDIA_A10G = new Gpu('nvidia-a10g');

  /** NVIDIA L4, 24 GiB. */
  public static readonly NVIDIA_L4 = new Gpu('nvidia-l4');

  /** NVIDIA L40S, 48 GiB. */
  public static readonly NVIDIA_L40S = new Gpu('nvidia-l40s');

  /** NVIDIA RTX PRO 4500, 32 GiB. */
  public static readonly NVIDIA_RTX_PRO_4500 = new Gpu('nvidia-rtx-pro-4500');

  /** NVIDIA RTX PRO 6000, 96 GiB. */
  public static readonly NVIDIA_RTX_PRO_6000 = new Gpu('nvidia-rtx-pro-6000');

  /** NVIDIA A100 (40 GB), 40 GiB. */
  public static readonly NVIDIA_A100 = new Gpu('nvidia-a100');

  /** NVIDIA A100 (80 GB), 80 GiB. */
  public static readonly NVIDIA_A100_80GB = new Gpu('nvidia-a100-80gb');

  /** NVIDIA H100, 80 GiB. */
  public static readonly NVIDIA_H100 = new Gpu('nvidia-h100');

  /** NVIDIA H100 Mega, 80 GiB. */
  public static readonly NVIDIA_H100_MEGA = new Gpu('nvidia-h100-mega');

  /** NVIDIA H100 NVL, 94 GiB. */
  public static readonly NVIDIA_H100_NVL = new Gpu('nvidia-h100-nvl');

  /** NVIDIA H200, 141 GiB. */
  public static readonly NVIDIA_H200 = new Gpu('nvidia-h200');

  /** NVIDIA B200, 180 GiB. */
  public static readonly NVIDIA_B200 = new Gpu('nvidia-b200');

  /** NVIDIA B300, 268 GiB. */
  public static readonly NVIDIA_B300 = new Gpu('nvidia-b300');

  /** NVIDIA GB200, 192 GiB. */
  public static readonly NVIDIA_GB200 = new Gpu('nvidia-gb200');

  /** AMD Instinct MI300X, 192 GiB. */
  public static readonly AMD_MI300X = new Gpu('amd-mi300x');

  /** AWS Inferentia2, 32 GiB. */
  public static readonly AWS_INFERENTIA2 = new Gpu('aws-inferentia2');

  /** AWS Trainium1, 32 GiB. */
  public static readonly AWS_TRAINIUM1 = new Gpu('aws-trainium1');

  /** AWS Trainium2, 96 GiB. */
  public static readonly AWS_TRAINIUM2 = new Gpu('aws-trainium2');

  /**
   * A GPU by its name in the catalog, such as `nvidia-l4`.
   *
   * @throws if the catalog has no such GPU, with the name that is most like it.
   */
  public static of(name: string): Gpu {
    if (!gpuNamed(name)) throw new Error(unknownGpu(name));
    return new Gpu(name);
  }

  /**
   * A GPU, or another accelerator, that the catalog does not have: one of a machine room, or a slice that nodes offer under a
   * resource name of its own, such as `nvidia.com/mig-1g.10gb`. A platform knows it once `addGpuPool` or a GpuNodePool has it.
   *
   * @throws if the catalog has a GPU of this name.
   */
  public static custom(options: CustomGpuOptions): Gpu {
    const problem = customProblem(options);
    if (problem) throw new Error(problem);
    const { name, memory, resourceName, cpu, hostMemory } = options;
    return new Gpu(name, {
      name,
      memoryGiB: memory.toGibibytes({ rounding: SizeRoundingBehavior.NONE }),
      resource: resourceName,
      ...(cpu !== undefined && { cpu }),
      ...(hostMemory && { hostMemoryGiB: hostMemory.toGibibytes({ rounding: SizeRoundingBehavior.NONE }) }),
    });
  }

  private constructor(
    /** Name in the catalog, or its own. */
    public readonly name: string,
    /** What it is, if the catalog does not say it. @internal */
    public readonly _custom?: CustomGpuSpec,
  ) {}
}

const CUSTOM_OPTIONS = knownProps<CustomGpuOptions>({ name: true, memory: true, resourceName: true, cpu: true, hostMemory: true });
/* It is the value of a label. */
const NAME = /^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/;
const RESOURCE_NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\/[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/;

function customProblem(options: CustomGpuOptions): string | undefined {
  const wrong = optionsProblem('Gpu.custom', options, CUSTOM_OPTIONS);
  if (wrong) return wrong;
  const { name, memory, resourceName, cpu, hostMemory } = options;
  if (typeof name !== 'string' || !NAME.test(name)) {
    return `name is ${formatValue(name)}; use lower-case letters, digits, - and . inside, 63 characters at most, for example nvidia-rtx-a6000`;
  }
  if (gpuNamed(name)) return `gpu ${name} is in the catalog; write Gpu.of('${name}'), or give yours another name`;
  if (typeof resourceName !== 'string' || !RESOURCE_NAME.test(resourceName)) {
    return `resourceName of gpu ${name} is ${formatValue(resourceName)}; give the extended resource of its nodes, for example nvidia.com/gpu`;
  }
  const size = [['memory', memory], ['hostMemory', hostMemory]].find(([field, value]) => (
    (value !== undefined || field === 'memory') && !(value instanceof Size && value.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) > 0)
  ));
  if (size) return `${String(size[0])} of gpu ${name} is ${formatValue(size[1])}; write for example Size.gibibytes(48)`;
  return cpu === undefined || (Number.isFinite(cpu) && cpu > 0) ? undefined : `cpu of gpu ${name} is ${formatValue(cpu)}; give a number of cores above 0`;
}
