/** Nodes for the resources that a cluster is given, and the edges between them and what is around them. */
import { sourceUrl } from '../api/model-source';
import { isArtifactResource, sourceOf } from '../api/resource';
import type { Resource, ServerSpec } from '../api/resource';
import type { ClusterCost } from '../cost/estimate';
import {
  artifactOf, CycleError, ExpandError, gatesOf, gpuRequestOf, inOrder, keyOf, keyOfResource, namespaceOf, placedPools, replicaRange,
  runtimeOf,
} from '../expand';
import type { Gate } from '../expand';
import { childrenFor, inputsFor } from '../state/cluster';
import type { ClusterState } from '../state/state';
import { resourceCosts } from './cost';
import { fitFor } from './fit';
import type { MakeId } from './ids';
import type { Infrastructure } from './infrastructure';
import type { ChildSummary, Detail, Graph, GraphEdge, GraphNode } from './model';
import { resourceSource, yamlSource } from './source';

export interface Place {
  readonly cluster: ClusterState;
  readonly around: Infrastructure;
  readonly makeId: MakeId;
  readonly cost?: ClusterCost;
}

/** Workspaces with what is in them, each resource after those that it reads. */
export function workloadsOf(place: Place): Graph {
  const resources = orderedOf(place.cluster);
  const workspaces = workspaceNodes(place, resources);
  const nodes = new Map(resources.map((resource) => [keyOfResource(resource), resourceNode(resource, workspaces, place)]));
  const elsewhere = elsewhereNodes(resources, { nodes, workspaces, place });
  const all = new Map([...elsewhere, ...nodes]);
  return {
    nodes: [...workspaces.values()].flatMap((workspace) => [workspace, ...inside(workspace, all)]),
    edges: resources.flatMap((resource) => edgesOf(resource, all, place)),
  };
}

function inside({ id }: GraphNode, nodes: Nodes): GraphNode[] {
  return [...nodes.values()].filter(({ parent }) => parent === id);
}

/** Those that wait for each other, which can never be, are drawn all the same. */
function orderedOf({ resources }: ClusterState): readonly Resource[] {
  try {
    return inOrder(resources);
  } catch (error) {
    if (error instanceof CycleError) return resources;
    throw error;
  }
}

type Nodes = ReadonlyMap<string, GraphNode>;

/** By namespace: those of the platform first, in its order. */
function workspaceNodes({ cluster, around: { root }, makeId }: Place, resources: readonly Resource[]): Nodes {
  const { workspaces = [] } = cluster.platform ?? {};
  const used = resources.flatMap((resource) => [namespaceOf(resource), ...gatesOf(resource).map(({ namespace }) => namespace)]);
  const names = [...new Set([...workspaces.map(({ namespace }) => namespace), ...used])];
  return new Map(names.map((name) => {
    const spec = workspaces.find(({ namespace }) => namespace === name);
    const reads = spec?.reads ?? [];
    return [name, {
      id: makeId(root.id, name), type: 'Workspace', name, parent: root.id, ...(root.cloud && { cloud: root.cloud }),
      details: reads.length > 0 ? [{ label: 'Reads artifacts of', value: reads.join(', ') }] : [],
      children: [],
      ...(spec && { source: yamlSource(spec) }),
    }];
  }));
}

function resourceNode(resource: Resource, workspaces: Nodes, { cluster, around: { root }, makeId, cost }: Place): GraphNode {
  const { kind, metadata: { name } } = resource;
  const namespace = namespaceOf(resource);
  const { children, problem } = expansionOf(resource, cluster);
  const fit = fitFor(cluster, resource);
  const gpu = gpuText(resource, cluster);
  const { details, ...costs } = resourceCosts(cost, resource);
  return {
    id: makeId(root.id, namespace, kind.toLowerCase(), name),
    type: kind,
    name,
    ...parentOf(workspaces.get(namespace)),
    ...programOf(resource),
    ...(gpu && { gpu }),
    ...(fit && { fit }),
    ...costs,
    ...(problem !== undefined && { problem }),
    details: [...details, ...detailsOf(resource, cluster)],
    children,
    source: resourceSource(resource),
  };
}

function parentOf(workspace: GraphNode | undefined): Pick<GraphNode, 'parent' | 'cloud'> {
  return workspace ? { parent: workspace.id, ...(workspace.cloud && { cloud: workspace.cloud }) } : {};
}

/** Why a resource cannot run is shown on it; that nothing is known of the cluster is not a fault of it. */
function expansionOf(resource: Resource, cluster: ClusterState): { readonly children: readonly ChildSummary[]; readonly problem?: string } {
  if (!cluster.platform) return { children: [] };
  const { children, problem } = childrenFor(cluster, resource);
  const summaries = children.map(({ step, object }) => ({ step, kind: object.kind ?? '', name: object.metadata?.name ?? '' }));
  return { children: summaries, ...(problem !== undefined && { problem }) };
}

/** Names of settings of loaders that tell what is loaded. */
const LOADED = ['repo', 'model', 'url', 'bucket'] as const;

function programOf(resource: Resource): Pick<GraphNode, 'runs' | 'about'> {
  const { spec } = resource;
  const source = sourceOf(resource);
  if (source) return { runs: 'files that are there', about: sourceUrl(source) };
  const runtime = runtimeOf(resource);
  if (runtime) {
    const about = LOADED.map((param) => spec.params?.[param]).find((value) => value !== undefined) ?? spec.image;
    return { runs: runtime.name, ...(about !== undefined && { about: String(about) }) };
  }
  if (spec.build?.git) return { runs: 'image built from git', about: spec.build.git.url };
  if (spec.build) return { runs: 'image built from a folder' };
  return spec.image === undefined ? {} : { runs: lastOf(spec.image), about: spec.image };
}

function lastOf(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1).replace(/@sha256:.*$/, '');
}

function gpuText({ spec }: Resource, { platform }: ClusterState): string | undefined {
  const { resources, nodes = 1 } = spec as ServerSpec;
  const { type, count = type ? 1 : undefined, sharing } = resources?.gpu ?? {};
  const name = type ?? (platform && quiet(() => gpuRequestOf(resources, platform)?.gpu?.name)) ?? 'GPU';
  if (!count && !sharing) return undefined;
  return sharing ? `${name}, ${sharing}` : `${nodes > 1 ? `${nodes} × ` : ''}${count} × ${name}`;
}

/** What `read` gives, or nothing where the resource cannot run: that is told as its problem. */
function quiet<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ExpandError) return undefined;
    throw error;
  }
}

/** Of a Server; what it has when it is not suspended. */
function replicasWords({ replicas, autoscaling }: ServerSpec): string {
  const { min, max } = replicaRange({ replicas, autoscaling });
  return min === max ? String(max) : `${min} to ${max}`;
}

function detailsOf(resource: Resource, cluster: ClusterState): Detail[] {
  const { spec } = resource;
  const { platform } = cluster;
  const isMade = platform && isArtifactResource(resource);
  const artifact = isMade ? quiet(() => artifactOf(resource, platform, inputsFor(cluster, resource))) : undefined;
  const rows: [string, unknown][] = [
    ['Image', spec.image],
    ['Revision', spec.params?.revision],
    ['Capacity', spec.resources?.capacity],
    ['Replicas', resource.kind === 'Server' ? replicasWords(spec as ServerSpec) : undefined],
    ['Nodes of each', (spec as ServerSpec).nodes],
    ['Artifact', artifact?.url],
    ['Suspended', spec.suspend ? 'yes' : undefined],
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value: String(value) }]));
}

interface Known {
  readonly nodes: Nodes;
  readonly workspaces: Nodes;
  readonly place: Place;
}

/** Artifacts that are referred to, and are not here. */
function elsewhereNodes(resources: readonly Resource[], { nodes, workspaces, place: { around: { root }, makeId } }: Known): Nodes {
  const missing = new Map(resources.flatMap(gatesOf).filter((gate) => !nodes.has(keyOf(gate))).map((gate) => [keyOf(gate), gate]));
  const idOf = ({ kind, namespace, name }: Gate): string => makeId(root.id, namespace, kind.toLowerCase(), name);
  return new Map([...missing].map(([key, gate]) => [key, elsewhereNode(gate, idOf(gate), workspaces)]));
}

function elsewhereNode({ kind, namespace, name }: Gate, id: string, workspaces: Nodes): GraphNode {
  return {
    id, type: 'Elsewhere', name, ...parentOf(workspaces.get(namespace)), runs: kind,
    details: [{ label: 'Declared', value: 'not among what was synthesized' }], children: [],
  };
}

function edgesOf(resource: Resource, nodes: Nodes, { cluster, around }: Place): GraphEdge[] {
  const node = nodes.get(keyOfResource(resource));
  if (!node) return [];
  const reads = gatesOf(resource).flatMap((gate): GraphEdge[] => {
    const from = nodes.get(keyOf(gate));
    return from ? [{ from: from.id, to: node.id, type: 'reads', label: gate.field }] : [];
  });
  const isMade = isArtifactResource(resource) && !sourceOf(resource);
  return [
    ...reads,
    ...(isMade && around.bucket ? [{ from: node.id, to: around.bucket.id, type: 'makes' as const, label: 'artifact' }] : []),
    ...(resource.spec.build && around.registry ? [{ from: node.id, to: around.registry.id, type: 'makes' as const, label: 'image' }] : []),
    ...poolsUnder(resource, cluster, around).map((pool) => ({ from: node.id, to: pool.id, type: 'runs-on' as const })),
  ];
}

/** The pools of its GPU; without one, the only pool of other nodes, where there is just one. */
function poolsUnder(resource: Resource, { platform }: ClusterState, { gpuPools, nodePools }: Infrastructure): GraphNode[] {
  if (!platform || sourceOf(resource)) return [];
  const { resources } = resource.spec;
  const request = quiet(() => gpuRequestOf(resources, platform));
  if (!request) return nodePools.size === 1 && !resources?.gpu ? [...nodePools.values()] : [];
  return placedPools(resources, platform).flatMap(({ name }) => gpuPools.get(name) ?? []);
}
