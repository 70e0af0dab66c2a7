/** On how many nodes each replica of a Server runs, in the wire format, and what is wrong with it. Pure. */
import { formatValue } from './format-value';
import type { ServerSpec } from './resource';

/** The most nodes that a replica may span. */
export const MOST_NODES = 64;

/** Whether each replica of a Server runs on many nodes. */
export function spansNodes({ nodes = 1 }: Pick<ServerSpec, 'nodes'>): boolean {
  return nodes > 1;
}

/** Why a Server cannot span so many nodes, whatever the cluster; `undefined` if it may. */
export function nodesProblem(spec: Pick<ServerSpec, 'nodes' | 'autoscaling' | 'resources'>): string | undefined {
  const { nodes = 1, autoscaling, resources } = spec;
  if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= MOST_NODES)) return `nodes is ${formatValue(nodes)}; give a whole number from 1 to ${MOST_NODES}`;
  if (nodes === 1) return undefined;
  if (autoscaling?.min === 0) {
    return `autoscaling.min is 0 but nodes is ${nodes}: a request would wait until ${nodes} nodes are there at once; give a min of 1, or leave nodes out`;
  }
  const { sharing } = resources?.gpu ?? {};
  if (sharing === undefined) return undefined;
  return `gpu.sharing is ${sharing} but nodes is ${nodes}, which takes whole GPUs; leave gpuSharing out, or nodes`;
}
