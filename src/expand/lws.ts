/** LeaderWorkerSet: what a Server needs of it whose replicas span many nodes. https://lws.sigs.k8s.io/ */
import { nodesProblem, spansNodes } from '../api/nodes';
import type { PlatformSpec } from '../api/platform';
import type { ServerResource } from '../api/resource';
import { installLine } from '../catalog/engine-install';
import type { Runtime, RuntimeContext } from '../runtimes';
import { placedPools } from './placement';
import { tooFewNodes } from './pools';

/** On every pod of a group, from when it is made. */
export const GROUP_LABEL = 'leaderworkerset.sigs.k8s.io/name';
/** On a LeaderWorkerSet: the label of nodes that share a domain, which a group has for itself. */
export const EXCLUSIVE_ANNOTATION = 'leaderworkerset.sigs.k8s.io/exclusive-topology';

/** Label `role` of the pods of a group that serve nothing: no Service, budget or monitor means them that selects the others. */
export const WORKER_ROLE = 'worker';

/** The line that installs it, in the version that this library is tested with. */
export const INSTALL_LWS = installLine('leaderWorkerSet');

/** Why a platform cannot run a replica on many nodes; `undefined` if it can. */
export function lwsProblem(nodes: number, { leaderWorkerSet, clusterName }: PlatformSpec): string | undefined {
  if (leaderWorkerSet) return undefined;
  return `nodes is ${nodes}, which needs LeaderWorkerSet, and platform ${clusterName} does not have it; `
    + `install it (${INSTALL_LWS}) and call addLeaderWorkerSet() of the platform, or leave nodes out`;
}

/** Why a Server cannot span the nodes that it asks for; `undefined` if it can, or asks for one. */
export function groupProblem({ spec }: Pick<ServerResource, 'spec'>, platform: PlatformSpec): string | undefined {
  const { nodes = 1 } = spec;
  const problem = nodesProblem(spec);
  if (problem !== undefined || !spansNodes(spec)) return problem;
  return lwsProblem(nodes, platform) ?? tooFewNodes(nodes, placedPools(spec.resources, platform), platform);
}

/** Why a program cannot run on many nodes; `undefined` if it can. */
export function engineNodesProblem({ name, spansNodes: canSpan }: Runtime, { nodes = 1, gpus }: RuntimeContext): string | undefined {
  if (nodes === 1) return undefined;
  if (!canSpan) return `nodes is ${nodes}, but engine ${name} runs on one node; leave nodes out, or use vllm`;
  return gpus ? undefined : `nodes is ${nodes} but no gpu is set, and ${name} divides a model among the GPUs of many nodes only; add gpu, or leave nodes out`;
}
