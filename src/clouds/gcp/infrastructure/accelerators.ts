/**
 * What the GPUs and machines of Google Cloud can do beside running. From Google's pages on GPU partitions and on Local SSD and
 * NVIDIA's MIG user guide, by memory (2026-11); the partitions of B200, H200 and RTX PRO 6000 also in the SageMaker API.
 */

/** The partitions that a GPU can be divided into; a GPU that is not here cannot. */
export const MIG_PROFILES: Readonly<Record<string, readonly string[]>> = {
  'nvidia-a100': ['1g.5gb', '2g.10gb', '3g.20gb', '7g.40gb'],
  'nvidia-a100-80gb': ['1g.10gb', '2g.20gb', '3g.40gb', '7g.80gb'],
  'nvidia-b200': ['1g.23gb', '1g.45gb', '2g.45gb', '3g.90gb', '7g.180gb'],
  'nvidia-h100': ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '7g.80gb'],
  'nvidia-h100-mega': ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '7g.80gb'],
  'nvidia-h200': ['1g.18gb', '1g.35gb', '2g.35gb', '3g.71gb', '7g.141gb'],
  'nvidia-rtx-pro-6000': ['1g.24gb', '2g.48gb', '4g.96gb'],
};

/** How many local SSDs can be added to machines that take a certain number only. */
export const OPTIONAL_SSDS: Readonly<Record<string, readonly number[]>> = {
  'g2-standard-4': [1],
  'g2-standard-8': [1],
  'g2-standard-12': [1],
  'g2-standard-16': [1],
  'g2-standard-24': [2],
  'g2-standard-32': [1],
  'g2-standard-48': [4],
  'g2-standard-96': [8],
  'a2-highgpu-1g': [1, 2, 4, 8],
  'a2-highgpu-2g': [2, 4, 8],
  'a2-highgpu-4g': [4, 8],
  'a2-highgpu-8g': [8],
  'a2-megagpu-16g': [8],
};

/** Machines that cannot be placed close to each other. */
export const NEVER_COMPACT = /^n1-/;

/** How many pods may share a GPU, by turns or at once. */
export const SHARED_CLIENTS = { least: 2, most: 48 } as const;
