/** Which disks the machines of Google Cloud take. Pure. */
import type { DiskClass, DiskFacts, GpuRequest } from '../cloud';
import { gpuTolerations, requireNodes } from '../placement';
import { GKE_ACCELERATORS, HYPERDISK_ONLY, MACHINES } from './machines';

/** Name of the class that the add-ons write. */
export const HYPERDISK_CLASS = 'substratus-hyperdisk-balanced';

/** Machine families without GPU, x86, that take Hyperdisk Balanced. https://cloud.google.com/compute/docs/disks/hyperdisks (2026-11) */
const FAMILIES = ['c3', 'c3d', 'c4', 'c4d', 'h3', 'm3', 'n4', 'n4d'];

/**
 * GKE's default class is of Persistent Disk, which some machines with GPUs refuse: «pd-balanced disk type cannot be used by
 * a3-ultragpu-8g machine type». The next pod with the disk runs on such a machine again, or on one of a family that takes Hyperdisk.
 */
export function diskClass(request: GpuRequest): DiskClass | undefined {
  const { gpu } = request;
  if (!gpu || !takesHyperdiskOnly(gpu.name)) return undefined;
  const accelerator = GKE_ACCELERATORS[gpu.name];
  return {
    storageClassName: HYPERDISK_CLASS,
    placement: {
      tolerations: gpuTolerations(request),
      affinity: requireNodes(
        [{ key: 'cloud.google.com/machine-family', operator: 'In', values: FAMILIES }, { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }],
        ...(accelerator ? [[{ key: 'cloud.google.com/gke-accelerator', operator: 'In', values: [accelerator] }]] : []),
      ),
    },
  };
}

/** Whether all machines with a GPU take no other disks. */
export function takesHyperdiskOnly(gpu: string): boolean {
  const machines = MACHINES.filter((machine) => machine.gpu === gpu);
  return machines.length > 0 && machines.every(({ machineType }) => HYPERDISK_ONLY.test(machineType));
}

/**
 * Series that take no Persistent Disk, and series that take no Hyperdisk Balanced. What is in neither takes both, or is not known.
 *
 * «Machine series support» at https://cloud.google.com/compute/docs/disks/hyperdisks (2026-11).
 */
const HYPERDISK_SERIES = /^(a3-ultragpu|a4x?|c4[ad]?|g4|h4d|m4|n4[ad]?|x4)-/;
const NO_HYPERDISK_BALANCED = /^(a2|c2d?|e2|g2|n1|n2d?|t2[ad])-/;

export const GCP_DISKS: DiskFacts = {
  /* https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses (2026-11) */
  byClass: { 'standard': 'pd-standard', 'standard-rwo': 'pd-balanced', 'premium-rwo': 'pd-ssd', [HYPERDISK_CLASS]: 'hyperdisk-balanced' },
  defaultClass: 'standard-rwo',
  isZonal: (type) => type.startsWith('pd-') || (type.startsWith('hyperdisk-') && type !== 'hyperdisk-balanced-high-availability'),
  refuses: ({ machineType }, { type }) => {
    if (type.startsWith('pd-') && HYPERDISK_SERIES.test(machineType)) return 'it takes Hyperdisk only';
    return type === 'hyperdisk-balanced' && NO_HYPERDISK_BALANCED.test(machineType) ? 'it does not take Hyperdisk Balanced' : undefined;
  },
};
