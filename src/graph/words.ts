/** What is said of a node, for every format. */
import { CLOUD_TITLES, KIND_TYPES, TYPE_TITLES } from './model';
import type { EdgeType, Graph, GraphNode, NodeFit } from './model';

/** Such as `fits, 2.1 of 21.6 GiB`. */
export function fitWords({ verdict, room }: NodeFit): string {
  const words = verdictWords(verdict);
  return room === undefined ? words : `${words}, ${room}`;
}

export function verdictWords(verdict: NodeFit['verdict']): string {
  return verdict === 'no' ? 'does not fit' : verdict === 'unknown' ? 'fit unknown' : verdict;
}

/** The lines of a node in a format that has text only: what it is, its name, and what is known of it. */
export function linesOf(node: GraphNode): string[] {
  const { type, name, runs, about, gpu, fit, cost, problem } = node;
  return [
    type === 'Elsewhere' && runs ? `${runs}, declared elsewhere` : TYPE_TITLES[type],
    name,
    ...(type === 'Elsewhere' ? [] : [[runs, about].filter(Boolean).join(' · ')]),
    [gpu, fit && fitWords(fit)].filter(Boolean).join(' · '),
    cost ?? '',
    problem === undefined ? '' : `cannot run: ${problem}`,
  ].filter((line) => line !== '');
}

/** The title of a cluster or workspace. */
export function titleOf({ type, name, cloud, about, cost }: GraphNode): string {
  if (type !== 'Cluster') return `${TYPE_TITLES[type]} ${name}`;
  return [cloud && (CLOUD_TITLES[cloud] ?? cloud), name, about, cost].filter(Boolean).join(' · ');
}

export const EDGE_WORDS: Readonly<Record<EdgeType, string>> = { 'reads': 'reads', 'makes': 'publishes to', 'runs-on': 'runs on' };

/** The nodes in another one, in their order. */
export function childrenOf({ nodes }: Graph, parent: string | undefined): GraphNode[] {
  return nodes.filter((node) => node.parent === parent);
}

export function isGroup({ type }: GraphNode): boolean {
  return type === 'Cluster' || type === 'Workspace';
}

const CLASSES = ['gcp', 'aws', 'azure', 'local'];

/** The class of its cloud's colours. */
export function cloudClass({ cloud = '' }: GraphNode): string {
  return CLASSES.includes(cloud) ? cloud : 'other';
}

/** `1 × L4`: without its vendor. */
export function shortGpu(gpu: string): string {
  return gpu.replace(/\b(?:nvidia|amd|aws)-([\w-]+)/, (_, name: string) => (/\d/.test(name) ? name.toUpperCase() : name));
}

/** All that a node is, in one sentence: its name for a screen reader. */
export function labelOf(node: GraphNode): string {
  if (isGroup(node)) return titleOf(node);
  const [title = '', name = '', ...rest] = linesOf(node);
  return [`${title} ${name}`, ...rest].join(', ');
}

/** Such as `3 clusters · 3 workspaces · 18 resources · 6 on GPUs`. */
export function summaryOf({ nodes }: Graph): string {
  const resources = nodes.filter(({ type }) => KIND_TYPES.includes(type));
  const counts = [
    counted(nodes.filter(({ type }) => type === 'Cluster').length, 'cluster'),
    counted(nodes.filter(({ type }) => type === 'Workspace').length, 'workspace'),
    counted(resources.length, 'resource'),
  ];
  const onGpus = resources.filter(({ gpu }) => gpu !== undefined).length;
  const broken = resources.filter(({ problem }) => problem !== undefined).length;
  return [...counts, ...(onGpus > 0 ? [`${onGpus} on GPUs`] : []), ...(broken > 0 ? [`${broken} cannot run`] : [])].join(' · ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
