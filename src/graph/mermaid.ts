/** The graph in the language of Mermaid, which Markdown shows on GitHub and GitLab. */
import type { EdgeType, Graph, GraphEdge, GraphNode, NodeType } from './model';
import { childrenOf, isGroup, linesOf, titleOf } from './words';

/** What opens and closes the shape of a type. */
const SHAPES: Readonly<Record<NodeType, readonly [string, string]>> = {
  Cluster: ['[', ']'],
  Workspace: ['[', ']'],
  Bucket: ['[(', ')]'],
  Registry: ['[(', ')]'],
  GpuNodePool: ['[[', ']]'],
  NodePool: ['[[', ']]'],
  Model: ['[', ']'],
  Dataset: ['[/', '/]'],
  Server: ['([', '])'],
  Notebook: ['[', ']'],
  Elsewhere: ['>', ']'],
};

const ARROWS: Readonly<Record<EdgeType, string>> = { 'reads': '-->', 'makes': '-.->', 'runs-on': '-.-' };

/** Of a cloud: fill, stroke and text that can be read on both light and dark pages. */
const CLASSES: Readonly<Record<string, string>> = {
  gcp: 'fill:#e8effd,stroke:#3b6fd9,color:#16233f',
  aws: 'fill:#fdf0dd,stroke:#c77a12,color:#3a2608',
  azure: 'fill:#dff4f7,stroke:#0c8599,color:#08323a',
  local: 'fill:#eceff3,stroke:#64748b,color:#1f2937',
};

export function toMermaid(graph: Graph): string {
  const clouds = [...new Set(graph.nodes.flatMap(({ cloud }) => cloud ?? []))].filter((cloud) => CLASSES[cloud]);
  const lines = [
    'flowchart LR',
    ...childrenOf(graph, undefined).flatMap((node) => nodeLines(node, graph)).map((line) => `  ${line}`),
    ...graph.edges.map((edge) => `  ${edgeLine(edge)}`),
    ...[...groupLines(graph), ...clouds.flatMap((cloud) => classLines(cloud, graph))].map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function nodeLines(node: GraphNode, graph: Graph): string[] {
  if (!isGroup(node)) {
    const [open, close] = SHAPES[node.type];
    return [`${node.id}${open}${quoted(linesOf(node))}${close}`];
  }
  const inside = childrenOf(graph, node.id).flatMap((child) => nodeLines(child, graph));
  return [`subgraph ${node.id}[${quoted([titleOf(node)])}]`, '  direction LR', ...inside.map((line) => `  ${line}`), 'end'];
}

function edgeLine({ from, to, type, label }: GraphEdge): string {
  const arrow = ARROWS[type];
  return label === undefined ? `${from} ${arrow} ${to}` : `${from} ${arrow}|${quoted([label])}| ${to}`;
}

/** Boxes without the colour that a theme would fill them with. */
function groupLines({ nodes }: Graph): string[] {
  const ids = nodes.filter(isGroup).map(({ id }) => id);
  return ids.length > 0 ? ['classDef group fill:none,stroke:#8792a5', `class ${ids.join(',')} group`] : [];
}

function classLines(cloud: string, { nodes }: Graph): string[] {
  const ids = nodes.filter((node) => node.cloud === cloud && !isGroup(node)).map(({ id }) => id);
  return ids.length > 0 ? [`classDef ${cloud} ${CLASSES[cloud] ?? ''}`, `class ${ids.join(',')} ${cloud}`] : [];
}

/**
 * Mermaid knows entities with `#` in place of `&`, and takes what is left for HTML and Markdown.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 * @see https://github.com/mermaid-js/mermaid/issues/5824 a line that begins like a list is refused
 */
function quoted(lines: readonly string[]): string {
  return `"${lines.map(escaped).join('<br>')}"`;
}

const SPECIAL = /[#&<>"'`*~[\]\\;]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+](?= )|(?<=^\d+)[.)](?= )/g;

function escaped(line: string): string {
  return line.replace(/\s+/g, ' ').trim().replace(SPECIAL, (character) => `#${character.charCodeAt(0)};`);
}
