/**
 * Machines with GPUs of Azure.
 *
 * Shapes and on-demand prices: generated table of karpenter-provider-azure (Azure Retail Prices API, 2026-06-18, eastus; H200 and MI300X
 * westus3). Spot: SkyPilot catalog v6 (098741e), before 2025 and optimistic.
 * Prices are US dollars an hour; sizes in GiB.
 */
import type { Machine } from '../cloud';

export const MACHINES: readonly Machine[] = [
  { machineType: 'Standard_ND96isr_MI300X_v5', gpu: 'amd-mi300x', gpuCount: 8, vcpu: 96, memoryGiB: 1850, usdPerHour: 48 },
  { machineType: 'Standard_NV36ads_A10_v5', gpu: 'nvidia-a10', gpuCount: 1, vcpu: 36, memoryGiB: 440, usdPerHour: 3.2, spotUsdPerHour: 0.8 },
  { machineType: 'Standard_NV72ads_A10_v5', gpu: 'nvidia-a10', gpuCount: 2, vcpu: 72, memoryGiB: 880, usdPerHour: 6.52, spotUsdPerHour: 1.63 },
  { machineType: 'Standard_ND96asr_v4', gpu: 'nvidia-a100', gpuCount: 8, vcpu: 96, memoryGiB: 900, usdPerHour: 27.197, spotUsdPerHour: 2.9917 },
  { machineType: 'Standard_NC24ads_A100_v4', gpu: 'nvidia-a100-80gb', gpuCount: 1, vcpu: 24, memoryGiB: 220, usdPerHour: 3.673, spotUsdPerHour: 0.4444 },
  { machineType: 'Standard_NC48ads_A100_v4', gpu: 'nvidia-a100-80gb', gpuCount: 2, vcpu: 48, memoryGiB: 440, usdPerHour: 7.346, spotUsdPerHour: 0.8889 },
  { machineType: 'Standard_NC96ads_A100_v4', gpu: 'nvidia-a100-80gb', gpuCount: 4, vcpu: 96, memoryGiB: 880, usdPerHour: 14.692, spotUsdPerHour: 1.7777 },
  { machineType: 'Standard_ND96amsr_A100_v4', gpu: 'nvidia-a100-80gb', gpuCount: 8, vcpu: 96, memoryGiB: 1800, usdPerHour: 32.77, spotUsdPerHour: 3.6047 },
  { machineType: 'Standard_ND128isr_NDR_GB200_v6', gpu: 'nvidia-gb200', gpuCount: 4, vcpu: 128, memoryGiB: 900, architecture: 'arm64', usdPerHour: 108.1600 },
  { machineType: 'Standard_ND96isr_H100_v5', gpu: 'nvidia-h100', gpuCount: 8, vcpu: 96, memoryGiB: 1900, usdPerHour: 98.32 },
  { machineType: 'Standard_NC40ads_H100_v5', gpu: 'nvidia-h100-nvl', gpuCount: 1, vcpu: 40, memoryGiB: 320, usdPerHour: 6.98 },
  { machineType: 'Standard_NC80adis_H100_v5', gpu: 'nvidia-h100-nvl', gpuCount: 2, vcpu: 80, memoryGiB: 640, usdPerHour: 13.96 },
  { machineType: 'Standard_ND96isr_H200_v5', gpu: 'nvidia-h200', gpuCount: 8, vcpu: 96, memoryGiB: 1850, usdPerHour: 84.8 },
  { machineType: 'Standard_NC4as_T4_v3', gpu: 'nvidia-t4', gpuCount: 1, vcpu: 4, memoryGiB: 28, usdPerHour: 0.526, spotUsdPerHour: 0.0627 },
  { machineType: 'Standard_NC8as_T4_v3', gpu: 'nvidia-t4', gpuCount: 1, vcpu: 8, memoryGiB: 56, usdPerHour: 0.752, spotUsdPerHour: 0.0896 },
  { machineType: 'Standard_NC16as_T4_v3', gpu: 'nvidia-t4', gpuCount: 1, vcpu: 16, memoryGiB: 110, usdPerHour: 1.204, spotUsdPerHour: 0.1435 },
  { machineType: 'Standard_NC64as_T4_v3', gpu: 'nvidia-t4', gpuCount: 4, vcpu: 64, memoryGiB: 440, usdPerHour: 4.352, spotUsdPerHour: 0.5188 },
  { machineType: 'Standard_NC6s_v3', gpu: 'nvidia-v100', gpuCount: 1, vcpu: 6, memoryGiB: 112, usdPerHour: 3.06, spotUsdPerHour: 0.3978, retired: true },
  { machineType: 'Standard_NC12s_v3', gpu: 'nvidia-v100', gpuCount: 2, vcpu: 12, memoryGiB: 224, usdPerHour: 6.12, spotUsdPerHour: 0.7956, retired: true },
  { machineType: 'Standard_NC24s_v3', gpu: 'nvidia-v100', gpuCount: 4, vcpu: 24, memoryGiB: 448, usdPerHour: 12.24, spotUsdPerHour: 1.5912, retired: true },
  { machineType: 'Standard_ND40rs_v2', gpu: 'nvidia-v100-32gb', gpuCount: 8, vcpu: 40, memoryGiB: 672, usdPerHour: 22.032, spotUsdPerHour: 2.4235 },
];
