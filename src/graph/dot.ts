/** The graph in the language of Graphviz. */
import type { EdgeType, Graph, GraphEdge, GraphNode, NodeType } from './model';
import { childrenOf, isGroup, linesOf, titleOf } from './words';

const SHAPES: Readonly<Record<NodeType, string>> = {
  Cluster: 'box', Workspace: 'box', Bucket: 'cylinder', Registry: 'cylinder', GpuNodePool: 'box3d', NodePool: 'box3d',
  Model: 'box', Dataset: 'parallelogram', Server: 'box', Notebook: 'note', Elsewhere: 'box',
};

/** `constraint=false`: what runs where does not decide the order from left to right. */
const STYLES: Readonly<Record<EdgeType, string>> = {
  'reads': '', 'makes': 'style=dashed, color="#8a94a6"', 'runs-on': 'style=dotted, color="#8a94a6", arrowhead=none, constraint=false',
};

/** Of a cloud: fill and line. */
const COLOURS: Readonly<Record<string, readonly [string, string]>> = {
  gcp: ['#e8effd', '#3b6fd9'], aws: ['#fdf0dd', '#c77a12'], azure: ['#dff4f7', '#0c8599'], local: ['#eceff3', '#64748b'],
};
const OTHER: readonly [string, string] = ['#f1eefb', '#7257c4'];

export function toDot(graph: Graph): string {
  const lines = [
    'digraph substratus {',
    '  graph [rankdir=LR, fontname="Helvetica", compound=true, nodesep=0.25, ranksep=0.6]',
    '  node [fontname="Helvetica", fontsize=11, style="filled,rounded", penwidth=1]',
    '  edge [fontname="Helvetica", fontsize=9, color="#5b6577"]',
    ...childrenOf(graph, undefined).flatMap((node) => nodeLines(node, graph)).map((line) => `  ${line}`),
    ...graph.edges.map((edge) => `  ${edgeLine(edge)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function nodeLines(node: GraphNode, graph: Graph): string[] {
  const [fill, line] = COLOURS[node.cloud ?? ''] ?? OTHER;
  if (!isGroup(node)) return [`${node.id} [label=${quoted(linesOf(node))}, shape=${SHAPES[node.type]}, fillcolor="${fill}", color="${line}"]`];
  const inside = childrenOf(graph, node.id).flatMap((child) => nodeLines(child, graph));
  return [
    `subgraph cluster_${node.id} {`,
    `  label=${quoted([titleOf(node)])}; style=rounded; color="${line}"; fontsize=12; labeljust=l`,
    ...inside.map((each) => `  ${each}`),
    '}',
  ];
}

function edgeLine({ from, to, type, label }: GraphEdge): string {
  const attributes = [label === undefined ? '' : `label=${quoted([label])}`, STYLES[type]].filter((each) => each !== '').join(', ');
  return `${from} -> ${to}${attributes === '' ? '' : ` [${attributes}]`}`;
}

/** A quoted string of DOT knows `\"` and its own escapes, which begin with `\` as well. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/\s+/g, ' ').replace(/[\\"]/g, '\\$&')).join('\\n')}"`;
}
