/** What a cloud has of a GPU, and what to say where it has none. */
import { gpuNamed } from '../catalog/gpus';
import type { Cloud } from '../clouds/cloud';

/** Why the cloud cannot offer a GPU, with the ones of about its memory that it can; none if it does. A local cluster has what it has. */
export function noSuchGpu({ machines, title }: Cloud, gpu: string): string | undefined {
  if (machines.length === 0 || machines.some((machine) => machine.gpu === gpu)) return undefined;
  const wanted = gpuNamed(gpu)?.memoryGiB ?? 0;
  const offered = [...new Set(machines.filter(({ retired }) => !retired).map((machine) => machine.gpu))]
    .map((name) => ({ name, memoryGiB: gpuNamed(name)?.memoryGiB ?? 0 }))
    .sort((a, b) => Math.abs(a.memoryGiB - wanted) - Math.abs(b.memoryGiB - wanted) || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name, memoryGiB }) => `${name} (${memoryGiB} GiB)`);
  return `${title} has no machine with ${gpu} (${wanted} GiB); use the nearest that it has: ${offered.join(', ')}`;
}

/** Why no machine of the cloud can hold so many of a GPU; none if one can. */
export function noSuchMachine({ machines, title }: Cloud, gpu: string, count: number): string | undefined {
  const counts = countsOf(machines, gpu);
  const most = counts.at(-1);
  if (most === undefined || count <= most) return undefined;
  return `no machine of ${title} has ${count} ${gpu}; ask for at most ${most}`;
}

/** Why no machine of the cloud has just so many of a GPU; none if one has. Those that are attached come in other numbers too. */
export function noSuchNode({ machines, title }: Cloud, gpu: string, count: number): string | undefined {
  const counts = countsOf(machines, gpu);
  const isAttached = machines.some((machine) => machine.gpu === gpu && machine.attached);
  if (counts.length === 0 || isAttached || counts.includes(count)) return undefined;
  return `no machine of ${title} has ${count} ${gpu}; it has machines with ${counts.join(', ')}`;
}

function countsOf(machines: Cloud['machines'], gpu: string): number[] {
  const counts = machines.filter((machine) => machine.gpu === gpu).map(({ gpuCount }) => gpuCount);
  return [...new Set(counts)].sort((a, b) => a - b);
}
