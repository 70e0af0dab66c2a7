/**
 * The partitions that each GPU can be divided into in hardware, by NVIDIA's names of the profiles; none where it has no MIG. Of a GPU
 * that is not here nothing is known.
 *
 * NVIDIA Multi-Instance GPU User Guide, "Supported GPUs" and "Supported MIG Profiles" (docs.nvidia.com/datacenter/tesla/mig-user-guide,
 * 2026-11). B200, B300, RTX PRO 6000: constants of sagemaker-hyperpod-cli, #403. Clouds offer a part of them.
 */
export const MIG_PROFILES: Readonly<Record<string, readonly string[]>> = {
  'nvidia-t4': [],
  'nvidia-v100': [],
  'nvidia-v100-32gb': [],
  'nvidia-a10': [],
  'nvidia-a10g': [],
  'nvidia-l4': [],
  'nvidia-l40s': [],
  'nvidia-a100': ['1g.5gb', '1g.10gb', '2g.10gb', '3g.20gb', '4g.20gb', '7g.40gb'],
  'nvidia-a100-80gb': ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb'],
  'nvidia-h100': ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb'],
  'nvidia-h100-mega': ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb'],
  'nvidia-h100-nvl': ['1g.12gb', '1g.24gb', '2g.24gb', '3g.47gb', '4g.47gb', '7g.94gb'],
  'nvidia-h200': ['1g.18gb', '1g.35gb', '2g.35gb', '3g.71gb', '4g.71gb', '7g.141gb'],
  'nvidia-b200': ['1g.23gb', '1g.45gb', '2g.45gb', '3g.90gb', '4g.90gb', '7g.180gb'],
  'nvidia-b300': ['1g.34gb', '1g.67gb', '2g.67gb', '3g.135gb', '4g.135gb', '7g.269gb'],
  'nvidia-rtx-pro-6000': ['1g.24gb', '2g.48gb', '4g.96gb'],
};
