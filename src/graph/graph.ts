/** A picture of what was synthesized: from the cloud to what runs in each cluster. */
import type { State } from '../state/state';
import { idMaker } from './ids';
import { infrastructureOf, plansOf } from './infrastructure';
import type { Infrastructure } from './infrastructure';
import type { Graph, GraphNode } from './model';
import { workloadsOf } from './resources';
import { clustersIn } from './stacks';

/** Deterministic: the same state gives the same nodes, edges and ids, in the same order. */
export function graphOf({ clusters, stacks }: State): Graph {
  const makeId = idMaker();
  const parts = plansOf(clusters, clustersIn(stacks)).map((plan) => {
    const around = infrastructureOf(plan, makeId);
    const workloads = plan.cluster ? workloadsOf(plan.cluster, around, makeId) : { nodes: [], edges: [] };
    return { nodes: [...infrastructureNodes(around), ...workloads.nodes], edges: workloads.edges };
  });
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

function infrastructureNodes({ root, bucket, registry, gpuPools, nodePools }: Infrastructure): GraphNode[] {
  return [root, ...(bucket ? [bucket] : []), ...(registry ? [registry] : []), ...gpuPools.values(), ...nodePools.values()];
}
