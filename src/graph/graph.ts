/** A picture of what was synthesized: from the cloud to what runs in each cluster. */
import { estimate } from '../cost/estimate';
import type { EstimateOptions } from '../cost/estimate';
import type { State } from '../state/state';
import { idMaker } from './ids';
import { infrastructureOf, plansOf } from './infrastructure';
import type { Infrastructure } from './infrastructure';
import type { Graph, GraphNode } from './model';
import { workloadsOf } from './resources';
import { clustersIn } from './stacks';

/**
 * Deterministic: the same state gives the same nodes, edges and ids, in the same order.
 *
 * @param options prices of the user's
 */
export function graphOf(state: State, options: EstimateOptions = {}): Graph {
  const { clusters, stacks } = state;
  const makeId = idMaker();
  const costs = estimate(state, options);
  const parts = plansOf(clusters, clustersIn(stacks)).map((plan, index) => {
    const cost = plan.cluster && costs.clusters[index]; // clusters come first, in their order
    const around = infrastructureOf(plan, { makeId, costs, cost });
    const workloads = plan.cluster ? workloadsOf({ cluster: plan.cluster, around, makeId, cost }) : { nodes: [], edges: [] };
    return { nodes: [...infrastructureNodes(around), ...workloads.nodes], edges: workloads.edges };
  });
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

function infrastructureNodes({ root, bucket, registry, gpuPools, nodePools }: Infrastructure): GraphNode[] {
  return [root, ...(bucket ? [bucket] : []), ...(registry ? [registry] : []), ...gpuPools.values(), ...nodePools.values()];
}
