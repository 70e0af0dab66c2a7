/**
 * Machines with GPUs of Google Cloud.
 *
 * Shapes and prices: initial-prices.json of karpenter-provider-gcp (Cloud Billing, 373e2baa, 2026-08-03, us-central1), GPUs and bundled SSD
 * included. H100 mega, H200: SkyPilot catalog v9 (2c3d7ea), the VM's part estimated. T4 and V100 are attached to an N1: list price, not re-read.
 * Prices are US dollars an hour; sizes in GiB.
 */
import type { Machine } from '../cloud';

export const MACHINES: readonly Machine[] = [
  { machineType: 'a2-highgpu-1g', gpu: 'nvidia-a100', gpuCount: 1, vcpu: 12, memoryGiB: 85, usdPerHour: 3.6734, spotUsdPerHour: 1.928 },
  { machineType: 'a2-highgpu-2g', gpu: 'nvidia-a100', gpuCount: 2, vcpu: 24, memoryGiB: 170, usdPerHour: 7.3468, spotUsdPerHour: 3.856 },
  { machineType: 'a2-highgpu-4g', gpu: 'nvidia-a100', gpuCount: 4, vcpu: 48, memoryGiB: 340, usdPerHour: 14.6935, spotUsdPerHour: 7.7121 },
  { machineType: 'a2-highgpu-8g', gpu: 'nvidia-a100', gpuCount: 8, vcpu: 96, memoryGiB: 680, usdPerHour: 29.3871, spotUsdPerHour: 15.4242 },
  { machineType: 'a2-megagpu-16g', gpu: 'nvidia-a100', gpuCount: 16, vcpu: 96, memoryGiB: 1360, usdPerHour: 55.7395, spotUsdPerHour: 29.2557 },
  { machineType: 'a2-ultragpu-1g', gpu: 'nvidia-a100-80gb', gpuCount: 1, vcpu: 12, memoryGiB: 170, localSsdCount: 1, usdPerHour: 5.0688, spotUsdPerHour: 2.7595 },
  { machineType: 'a2-ultragpu-2g', gpu: 'nvidia-a100-80gb', gpuCount: 2, vcpu: 24, memoryGiB: 340, localSsdCount: 2, usdPerHour: 10.1376, spotUsdPerHour: 5.5191 },
  { machineType: 'a2-ultragpu-4g', gpu: 'nvidia-a100-80gb', gpuCount: 4, vcpu: 48, memoryGiB: 680, localSsdCount: 4, usdPerHour: 20.2752, spotUsdPerHour: 11.0382 },
  { machineType: 'a2-ultragpu-8g', gpu: 'nvidia-a100-80gb', gpuCount: 8, vcpu: 96, memoryGiB: 1360, localSsdCount: 8, usdPerHour: 40.5504, spotUsdPerHour: 22.0764 },
  { machineType: 'a4-highgpu-8g', gpu: 'nvidia-b200', gpuCount: 8, vcpu: 224, memoryGiB: 3968, localSsdCount: 32 },
  { machineType: 'a3-highgpu-1g', gpu: 'nvidia-h100', gpuCount: 1, vcpu: 26, memoryGiB: 234, localSsdCount: 2, usdPerHour: 11.0612, spotUsdPerHour: 6.3262 },
  { machineType: 'a3-highgpu-2g', gpu: 'nvidia-h100', gpuCount: 2, vcpu: 52, memoryGiB: 468, localSsdCount: 4, usdPerHour: 22.1225, spotUsdPerHour: 12.6524 },
  { machineType: 'a3-highgpu-4g', gpu: 'nvidia-h100', gpuCount: 4, vcpu: 104, memoryGiB: 936, localSsdCount: 8, usdPerHour: 44.245, spotUsdPerHour: 25.3048 },
  { machineType: 'a3-highgpu-8g', gpu: 'nvidia-h100', gpuCount: 8, vcpu: 208, memoryGiB: 1872, localSsdCount: 16, usdPerHour: 88.49, spotUsdPerHour: 50.6095 },
  { machineType: 'a3-megagpu-8g', gpu: 'nvidia-h100-mega', gpuCount: 8, vcpu: 208, memoryGiB: 1872, localSsdCount: 16, usdPerHour: 92.21, spotUsdPerHour: 47.93 },
  { machineType: 'a3-ultragpu-8g', gpu: 'nvidia-h200', gpuCount: 8, vcpu: 224, memoryGiB: 2952, localSsdCount: 32, usdPerHour: 84.81 },
  { machineType: 'g2-standard-4', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 4, memoryGiB: 16, usdPerHour: 0.7068, spotUsdPerHour: 0.3973 },
  { machineType: 'g2-standard-8', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 8, memoryGiB: 32, usdPerHour: 0.8536, spotUsdPerHour: 0.4799 },
  { machineType: 'g2-standard-12', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 12, memoryGiB: 48, usdPerHour: 1.0004, spotUsdPerHour: 0.5624 },
  { machineType: 'g2-standard-16', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 16, memoryGiB: 64, usdPerHour: 1.1472, spotUsdPerHour: 0.6449 },
  { machineType: 'g2-standard-32', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 32, memoryGiB: 128, usdPerHour: 1.7344, spotUsdPerHour: 0.9751 },
  { machineType: 'g2-standard-24', gpu: 'nvidia-l4', gpuCount: 2, vcpu: 24, memoryGiB: 96, usdPerHour: 2.0008, spotUsdPerHour: 1.1248 },
  { machineType: 'g2-standard-48', gpu: 'nvidia-l4', gpuCount: 4, vcpu: 48, memoryGiB: 192, usdPerHour: 4.0017, spotUsdPerHour: 2.2496 },
  { machineType: 'g2-standard-96', gpu: 'nvidia-l4', gpuCount: 8, vcpu: 96, memoryGiB: 384, usdPerHour: 8.0033, spotUsdPerHour: 4.4993 },
  { machineType: 'g4-standard-48', gpu: 'nvidia-rtx-pro-6000', gpuCount: 1, vcpu: 48, memoryGiB: 180, usdPerHour: 4.4999, spotUsdPerHour: 1.7998 },
  { machineType: 'g4-standard-96', gpu: 'nvidia-rtx-pro-6000', gpuCount: 2, vcpu: 96, memoryGiB: 360, usdPerHour: 8.9999, spotUsdPerHour: 3.5996 },
  { machineType: 'g4-standard-192', gpu: 'nvidia-rtx-pro-6000', gpuCount: 4, vcpu: 192, memoryGiB: 720, usdPerHour: 17.9997, spotUsdPerHour: 7.1993 },
  { machineType: 'g4-standard-384', gpu: 'nvidia-rtx-pro-6000', gpuCount: 8, vcpu: 384, memoryGiB: 1440, usdPerHour: 35.9994, spotUsdPerHour: 14.3986 },
  { machineType: 'n1-standard-4', gpu: 'nvidia-t4', gpuCount: 1, vcpu: 4, memoryGiB: 15, usdPerHour: 0.54, attached: true },
  { machineType: 'n1-standard-8', gpu: 'nvidia-t4', gpuCount: 1, vcpu: 8, memoryGiB: 30, usdPerHour: 0.73, attached: true },
  { machineType: 'n1-standard-16', gpu: 'nvidia-t4', gpuCount: 4, vcpu: 16, memoryGiB: 60, usdPerHour: 2.16, attached: true },
  { machineType: 'n1-standard-8', gpu: 'nvidia-v100', gpuCount: 1, vcpu: 8, memoryGiB: 30, usdPerHour: 2.86, attached: true },
];

/** Machines that take no disks but Hyperdisk, neither to boot from nor beside. https://cloud.google.com/compute/docs/disks/hyperdisks */
export const HYPERDISK_ONLY = /^(a3-ultragpu|a4|a4x|g4)-/;

/** The value of the label `cloud.google.com/gke-accelerator` for each GPU. */
export const GKE_ACCELERATORS: Readonly<Record<string, string>> = {
  'nvidia-a100': 'nvidia-tesla-a100',
  'nvidia-a100-80gb': 'nvidia-a100-80gb',
  'nvidia-b200': 'nvidia-b200',
  'nvidia-h100': 'nvidia-h100-80gb',
  'nvidia-h100-mega': 'nvidia-h100-mega-80gb',
  'nvidia-h200': 'nvidia-h200-141gb',
  'nvidia-l4': 'nvidia-l4',
  'nvidia-rtx-pro-6000': 'nvidia-rtx-pro-6000',
  'nvidia-t4': 'nvidia-tesla-t4',
  'nvidia-v100': 'nvidia-tesla-v100',
};
