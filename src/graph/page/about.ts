/** What is known of each node, in words: a panel beside the picture, and rows of a table. */
import { TYPE_TITLES } from '../model';
import type { Graph, GraphEdge, GraphNode } from '../model';
import { cloudClass, EDGE_WORDS, fitWords, labelOf, titleOf, verdictWords } from '../words';
import { html } from './html';
import type { Html } from './html';

/** The panel of a node; it is shown when a link to it is followed. */
export function aboutNode(node: GraphNode, graph: Graph): Html {
  const { id, name, problem } = node;
  return html`<article class="about-node ${cloudClass(node)}" id="about_${id}" tabindex="-1" aria-labelledby="name_${id}">
<div class="kind-line"><span>${kindOf(node, graph)}</span><a class="close" href="#closed" aria-label="Close">Close</a></div>
<h3 id="name_${id}">${name}</h3>
${problem && html`<p class="alert">Cannot run: ${problem}</p>`}
${factsList(node, graph)}
${node.source && html`<h4>${node.source.language === 'yaml' ? 'YAML' : 'Terraform'}</h4><pre tabindex="0"><code>${node.source.text}</code></pre>`}
${partsTable(node)}${childrenList(node)}
</article>
`;
}

function kindOf({ type, parent, runs }: GraphNode, { nodes }: Graph): string {
  const title = type === 'Elsewhere' ? `${runs ?? ''}, declared elsewhere` : TYPE_TITLES[type];
  const group = nodes.find(({ id }) => id === parent);
  return group?.type === 'Workspace' ? `${title} in ${group.name}` : title;
}

function factsList(node: GraphNode, graph: Graph): Html {
  const { type, runs, about, gpu, fit, cost, details } = node;
  const rows: [string, string | Html | undefined][] = [
    [runsLabel(type), type === 'Elsewhere' ? undefined : [runs, about].filter(Boolean).join(' · ') || undefined],
    ['GPU', gpu],
    ['Fit', fit && `${verdictWords(fit.verdict)}: ${fit.reason}`],
    ['Cost', cost],
    ...details.map(({ label, value }): [string, string] => [label, value]),
    ...edgeRows(node, graph),
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return shown.length > 0 ? html`<dl>${shown.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>` : html``;
}

function runsLabel(type: GraphNode['type']): string {
  if (type === 'Cluster') return 'Where';
  return type === 'GpuNodePool' || type === 'NodePool' ? 'Machines' : type === 'Bucket' || type === 'Registry' ? 'For' : 'Runs';
}

/** Both ends of each edge, as links. */
function edgeRows({ id }: GraphNode, { nodes, edges }: Graph): [string, Html][] {
  const linked = (found: readonly GraphEdge[], end: 'from' | 'to'): Html | undefined => {
    const targets = found.flatMap((edge) => nodes.find((node) => node.id === edge[end]) ?? []);
    return targets.length > 0 ? html`${targets.map((target, index) => html`${index > 0 ? ', ' : ''}<a href="#about_${target.id}">${target.name}</a>`)}` : undefined;
  };
  const rows: [string, Html | undefined][] = [
    ['Waits for and reads', linked(edges.filter(({ to, type }) => to === id && type === 'reads'), 'from')],
    ['Read by', linked(edges.filter(({ from, type }) => from === id && type === 'reads'), 'to')],
    ['Publishes to', linked(edges.filter(({ from, type }) => from === id && type === 'makes'), 'to')],
    ['Holds', linked(edges.filter(({ to, type }) => to === id && type === 'makes'), 'from')],
    ['Runs on', linked(edges.filter(({ from, type }) => from === id && type === 'runs-on'), 'to')],
    ['Nodes for', linked(edges.filter(({ to, type }) => to === id && type === 'runs-on'), 'from')],
  ];
  return rows.flatMap(([label, value]): [string, Html][] => (value ? [[label, value]] : []));
}

function partsTable({ fit, gpu }: GraphNode): Html | undefined {
  if (!fit || fit.parts.length === 0) return undefined;
  return html`<h4>${gpu === undefined ? 'Memory of the pod' : 'Memory of one GPU'}</h4><table class="parts"><thead><tr><th scope="col">For</th><th scope="col">GiB</th></tr></thead><tbody>
${fit.parts.map(({ name, gib }) => html`<tr><th scope="row">${name}</th><td>${gib.toFixed(1)}</td></tr>`)}
${fit.usableGiB && html`<tr><th scope="row">usable</th><td>${fit.usableGiB.toFixed(1)}</td></tr>`}</tbody></table>`;
}

function childrenList({ children }: GraphNode): Html | undefined {
  if (children.length === 0) return undefined;
  return html`<h4>Objects that run for it, in their order</h4><ul>${children.map(({ step, kind, name }) => html`<li><span>${step}</span> ${kind} ${name}</li>`)}</ul>`;
}

/** All that is in a cluster, as a table: what the picture shows, for those who do not see it, and for paper. */
export function clusterTable(cluster: GraphNode, graph: Graph): Html {
  const inside = graph.nodes.filter((node) => clusterOf(node, graph) === cluster.id);
  const around = inside.filter(({ parent, type }) => parent === cluster.id && type !== 'Workspace');
  return html`<section class="${cloudClass(cluster)}"><h2><span class="swatch"></span>${titleOf(cluster)}</h2>
${around.length > 0 ? table('Storage and nodes', around, graph) : undefined}
${inside.filter(({ type }) => type === 'Workspace').map((workspace) => table(titleOf(workspace), inside.filter(({ parent }) => parent === workspace.id), graph))}
</section>
`;
}

function clusterOf(node: GraphNode, { nodes }: Graph): string {
  let current = node;
  while (current.parent !== undefined) {
    const parent = nodes.find(({ id }) => id === current.parent);
    if (!parent) break;
    current = parent;
  }
  return current.id;
}

/** Columns, and how much of the width each has. */
const COLUMNS: readonly (readonly [string, number])[] = [
  ['Name', 17], ['Kind', 9], ['Runs', 23], ['GPU', 10], ['Fit', 13], ['Cost', 9], ['Reads', 12], ['Runs on', 7],
];

function table(title: string, nodes: readonly GraphNode[], graph: Graph): Html {
  return html`<h3>${title}</h3>${nodes.length === 0 ? html`<p class="note">Nothing is in it yet.</p>`
    : html`<div class="table"><table><thead><tr>${COLUMNS.map(([column, width]) => html`<th scope="col" width="${width}%">${column}</th>`)}</tr></thead>
<tbody>${nodes.map((node) => row(node, graph))}</tbody></table></div>`}
`;
}

function row(node: GraphNode, { nodes, edges }: Graph): Html {
  const { id, type, name, runs, about, gpu, fit, cost, problem } = node;
  const named = (found: readonly (string | undefined)[]): string => found.flatMap((each) => nodes.find((other) => other.id === each)?.name ?? []).join(', ');
  const cells = [
    TYPE_TITLES[type], problem === undefined ? [runs, about].filter(Boolean).join(' · ') : `cannot run: ${problem}`, gpu, fit && fitWords(fit), cost,
    named(edges.filter((edge) => edge.to === id && edge.type === 'reads').map(({ from }) => from)),
    named(edges.filter((edge) => edge.from === id && edge.type === 'runs-on').map(({ to }) => to)),
  ];
  return html`<tr data-words="${labelOf(node)}"><th scope="row"><a href="#about_${id}">${name}</a></th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}

/** How edges are drawn, and what each means. */
export function legend(): Html {
  const line = (type: 'reads' | 'makes' | 'runs-on', words: string): Html => html`<li><svg width="34" height="8" aria-hidden="true"><path class="edge ${type}" d="M1,4 33,4"/></svg>${words}</li>`;
  return html`<ul class="legend">${line('reads', `${EDGE_WORDS.reads}, once it is ready`)}${line('makes', EDGE_WORDS.makes)}${line('runs-on', EDGE_WORDS['runs-on'])}</ul>`;
}

