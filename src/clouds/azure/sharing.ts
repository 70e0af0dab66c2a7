/** Sharing of GPUs on Azure: what Azure calls the partitions. Pure. */
import type { GpuSharing, GpuPoolSpec } from '../infrastructure';

/**
 * Partitions by GPU, as NVIDIA names them, of which Azure's `gpuInstance` takes the part before the dot: a node is cut into equal ones.
 *
 * NVIDIA Multi-Instance GPU User Guide, "Supported MIG Profiles"; Azure: `MIG1g`, `MIG2g`, `MIG3g`, `MIG4g`, `MIG7g`.
 */
const MIG_PROFILES: Readonly<Record<string, readonly string[]>> = {
  'nvidia-a100': ['1g.5gb', '2g.10gb', '3g.20gb', '4g.20gb', '7g.40gb'],
  'nvidia-a100-80gb': ['1g.10gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb'],
  'nvidia-h100': ['1g.10gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb'],
  'nvidia-h100-nvl': ['1g.12gb', '2g.24gb', '3g.47gb', '4g.47gb', '7g.94gb'],
  'nvidia-h200': ['1g.18gb', '2g.35gb', '3g.71gb', '4g.71gb', '7g.141gb'],
};

/** What Azure calls the partition of a pool's GPUs, such as `MIG1g`. */
export function gpuInstance({ name, gpu }: Pick<GpuPoolSpec, 'name' | 'gpu'>, profile: string): string {
  const profiles = MIG_PROFILES[gpu];
  if (!profiles) throw new Error(`pool ${name} shares its GPUs by MIG, which ${gpu} does not have on azure; use ${Object.keys(MIG_PROFILES).join(', ')}, or time-slicing`);
  if (!profiles.includes(profile)) throw new Error(`MIG profile of pool ${name} is ${profile}, which ${gpu} does not have on azure; use ${profiles.join(', ')}`);
  return `MIG${profile.split('.')[0] ?? ''}`;
}

/** @throws if so many pods cannot share a GPU. */
export function checkClients({ name }: Pick<GpuPoolSpec, 'name'>, sharing: GpuSharing): void {
  if (sharing.kind === 'mig') return;
  const { kind, clients } = sharing;
  if (!Number.isInteger(clients) || clients < 2) throw new Error(`pool ${name} shares its GPUs by ${kind} among ${clients}; give a whole number, 2 or more`);
}
