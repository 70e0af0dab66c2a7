/**
 * What NVIDIA's GPU feature discovery and AMD's node labeller call each GPU of the catalog, on the labels of nodes.
 *
 * NVIDIA: the name of the device with `-` for blanks (`sanitise` in internal/lm/resource.go of NVIDIA/k8s-device-plugin v0.18.0). Names of
 * devices: README.md of NVIDIA/open-gpu-kernel-modules, and labels of nodes in public repositories (2026-11); V100, which that driver does
 * not know, and Blackwell, which is newer than its table, by the latter alone. AMD: the device ids of amdgpu.ids in libdrm (2026-11).
 */
export const NVIDIA_PRODUCTS: Readonly<Record<string, readonly string[]>> = {
  'nvidia-t4': ['Tesla-T4'],
  'nvidia-v100': ['Tesla-V100-PCIE-16GB', 'Tesla-V100-SXM2-16GB'],
  'nvidia-v100-32gb': ['Tesla-V100-PCIE-32GB', 'Tesla-V100-SXM2-32GB', 'Tesla-V100-SXM3-32GB', 'Tesla-V100S-PCIE-32GB'],
  'nvidia-a10': ['NVIDIA-A10'],
  'nvidia-a10g': ['NVIDIA-A10G'],
  'nvidia-l4': ['NVIDIA-L4'],
  'nvidia-l40s': ['NVIDIA-L40S'],
  'nvidia-rtx-pro-4500': ['NVIDIA-RTX-PRO-4500-Blackwell', 'NVIDIA-RTX-PRO-4500-Blackwell-Server-Edition'],
  'nvidia-rtx-pro-6000': [
    'NVIDIA-RTX-PRO-6000-Blackwell-Max-Q-Workstation-Edition', 'NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition',
    'NVIDIA-RTX-PRO-6000-Blackwell-Workstation-Edition',
  ],
  'nvidia-a100': ['A100-PCIE-40GB', 'A100-SXM4-40GB', 'NVIDIA-A100-PCIE-40GB', 'NVIDIA-A100-SXM4-40GB'],
  'nvidia-a100-80gb': ['A100-SXM-80GB', 'NVIDIA-A100-80GB-PCIe', 'NVIDIA-A100-SXM-80GB', 'NVIDIA-A100-SXM4-80GB'],
  'nvidia-h100': ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'],
  'nvidia-h100-mega': ['NVIDIA-H100-80GB-HBM3'],
  'nvidia-h100-nvl': ['NVIDIA-H100-NVL'],
  'nvidia-h200': ['NVIDIA-H200', 'NVIDIA-H200-NVL'],
  'nvidia-b200': ['NVIDIA-B200'],
  'nvidia-b300': ['NVIDIA-B300-SXM6-AC', 'NVIDIA-B300-SXM6-PC'],
  'nvidia-gb200': ['NVIDIA-GB200'],
};

/** Values of `amd.com/gpu.device-id`. */
export const AMD_DEVICE_IDS: Readonly<Record<string, readonly string[]>> = {
  'amd-mi300x': ['74a1', '74a9', '74b5', '74bd'],
};
