import { GPUS } from '../../../catalog/gpus';
import type { GpuModel } from '../../../catalog/gpus';
import { GKE_ACCELERATORS } from '../machines';

/**
 * The regions of GPUs that few regions have, by the price tables of karpenter-provider-gcp (2026-08-03). Regions are added often, so
 * that a pool whose zones are named is not held to them.
 */
const FEW_REGIONS: Readonly<Record<string, readonly string[]>> = {
  'nvidia-b200': [
    'asia-', 'europe-north1', 'europe-west4', 'us-central1', 'us-east1', 'us-east4', 'us-south1', 'us-west2', 'us-west3',
  ],
  'nvidia-h200': [
    'asia-south1', 'asia-south2', 'europe-west1', 'europe-west4', 'us-central1', 'us-east4', 'us-east5', 'us-south1', 'us-west1',
  ],
};

/** Fails where a region is not known to have a GPU: a pool of machines that do not exist stays empty, without a word. */
export function checkRegion(gpu: string, region: string): void {
  const regions = FEW_REGIONS[gpu];
  if (!regions || regions.some((each) => region === each || (each.endsWith('-') && region.startsWith(each)))) return;
  throw new Error(`region ${region} is not known to have ${gpu}; use ${nearestTo(gpu).map(shown).join(' or ')}, `
    + `a cluster in ${regions.map((each) => (each.endsWith('-') ? `${each}*` : each)).join(', ')}, or name the zones that have it`);
}

/** Two GPUs of about its memory that most regions have. */
function nearestTo(gpu: string): GpuModel[] {
  const wanted = GPUS.find(({ name }) => name === gpu)?.memoryGiB ?? 0;
  const distance = ({ memoryGiB }: GpuModel): number => Math.abs(memoryGiB - wanted);
  return GPUS.filter(({ name }) => GKE_ACCELERATORS[name] && !FEW_REGIONS[name])
    .sort((a, b) => distance(a) - distance(b) || (a.name < b.name ? -1 : 1))
    .slice(0, 2);
}

function shown({ name, memoryGiB }: GpuModel): string {
  return `${name} (${memoryGiB} GiB)`;
}
