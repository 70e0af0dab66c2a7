import { gpuNamed } from '../../catalog/gpus';
import { unknownGpu } from '../../expand';

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

  private constructor(
    /** Name in the catalog. */
    public readonly name: string,
  ) {}
}
