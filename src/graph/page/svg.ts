/** The picture of a cluster as SVG. Each node is a link to what is known of it, so that it works without a script as well. */
import { CARD, WORKSPACE } from '../layout';
import type { Picture, Placed, PlacedEdge } from '../layout';
import { TYPE_TITLES } from '../model';
import type { GraphNode } from '../model';
import { fitted, widthOf } from '../text-width';
import { cloudClass, labelOf, shortGpu, verdictWords } from '../words';
import { html } from './html';
import type { Html } from './html';
import { icon } from './icons';

export function svgOf(picture: Picture): Html {
  const { cluster, width, height, workspaces, cards, edges } = picture;
  const ofAll = edges.filter(({ isSum }) => isSum);
  const ofOne = edges.filter(({ isSum }) => !isSum);
  const title = `picture_${cluster.id}`;
  return html`<svg class="picture ${cloudClass(cluster)}" viewBox="0 0 ${width} ${height}" \
width="${width}" height="${height}" role="group" aria-labelledby="${title}"><title id="${title}">Picture of ${labelOf(cluster)}</title>
<defs>${marker(cluster.id, 'reads')}${marker(cluster.id, 'makes')}</defs>
<g aria-hidden="true">${ofAll.map((edge) => edgePath(edge, cluster.id))}</g>
${workspaces.map(workspaceBox)}
<g aria-hidden="true">${ofOne.map((edge) => edgePath(edge, cluster.id))}</g>
${cards.map(card)}
</svg>`;
}

function marker(cluster: string, type: string): Html {
  return html`<marker id="${type}_${cluster}" class="head ${type}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
orient="auto"><path d="M0,0.8 7.2,4 0,7.2 1.6,4Z"/></marker>`;
}

function edgePath({ edge: { from, to, type }, path, isSum }: PlacedEdge, cluster: string): Html {
  const head = type === 'runs-on' ? undefined : html` marker-end="url(#${type}_${cluster})"`;
  return html`<path class="edge ${type}${isSum ? ' sum' : ''}" data-from="${from}" data-to="${to}" d="${path}"${head}/>`;
}

function link(node: GraphNode, className: string, content: Html): Html {
  return html`<a class="node ${className}" href="#about_${node.id}" data-id="${node.id}" aria-label="${labelOf(node)}"><title>${labelOf(node)}</title>${content}</a>
`;
}

function workspaceBox({ node, x, y, width, height }: Placed): Html {
  return html`<rect class="workspace" x="${x}" y="${y}" width="${width}" height="${height}" rx="14"/>
${link(node, 'title', html`<g transform="translate(${x + WORKSPACE.padding - 6} ${y + 5})"><rect class="hit" width="${widthOf(node.name, 12.5) + 38}" \
height="24" rx="8"/><g transform="translate(6 4)">${icon(node.type)}</g><text class="workspace-name" x="28" y="16.5">${node.name}</text></g>`)}`;
}

function card({ node, x, y, width, height }: Placed): Html {
  const className = [node.type === 'Elsewhere' ? 'elsewhere' : '', node.problem === undefined ? '' : 'broken'].filter(Boolean).join(' ');
  const content = height === CARD.height ? resourceCard(node, width) : smallCard(node, width);
  return link(node, `card ${className}`, html`<g transform="translate(${x} ${y})"><rect class="face" width="${width}" height="${height}" rx="10"/>${content}</g>`);
}

function resourceCard(node: GraphNode, width: number): Html {
  const { type, name, runs, problem } = node;
  const room = width - 26;
  const title = type === 'Elsewhere' ? `${runs ?? ''} · elsewhere` : TYPE_TITLES[type];
  const program = type === 'Elsewhere' ? undefined : runs;
  return html`<g transform="translate(13 11)">${icon(type)}</g><text class="kind" x="35" y="23">${title}</text>\
<text class="program" x="${width - 13}" y="23">${program && fitted(program, 11, room - 30 - widthOf(title, 11))}</text>\
<text class="name" x="13" y="45">${fitted(name, 14, room)}</text><text class="about" x="13" y="62">${fitted(aboutOf(node), 11, room)}</text>\
${problem === undefined ? chips(node, width) : html`<text class="problem" x="13" y="80">cannot run</text>`}`;
}

/** Under its name: what it is about, or else how much there is room for. */
function aboutOf({ type, runs, about, fit }: GraphNode): string {
  if (type === 'Elsewhere') return 'not in this stack';
  return about ?? fit?.room ?? (runs === undefined ? 'runs nothing' : '');
}

/** GPU, fit and cost, as far as each is known. */
function chips({ gpu, fit, cost, children }: GraphNode, width: number): Html {
  const text = gpu ? shortGpu(gpu) : children.length > 0 ? 'CPU' : undefined;
  const chipWidth = text === undefined ? 0 : Math.round(widthOf(text, 10.5) + 16);
  const after = chipWidth === 0 ? 13 : 13 + chipWidth + 8;
  return html`${text && html`<rect class="chip${gpu ? '' : ' plain'}" x="13" y="69" width="${chipWidth}" height="16" rx="8"/><text class="chip-text${gpu ? '' : ' plain'}" x="${13 + chipWidth / 2}" y="80.5">${text}</text>`}\
${fit && html`<circle class="dot ${fit.verdict}" cx="${after + 4}" cy="77" r="3.5"/><text class="small" x="${after + 12}" y="80.5">${verdictWords(fit.verdict)}</text>`}\
${cost && html`<text class="cost" x="${width - 13}" y="80.5">${cost}</text>`}`;
}

function smallCard({ type, name, runs, about, gpu, cost }: GraphNode, width: number): Html {
  const room = width - 26;
  const more = [gpu && shortGpu(gpu), runs, about].filter(Boolean).join(' · ');
  return html`<g transform="translate(13 10)">${icon(type)}</g><text class="kind" x="35" y="22">${TYPE_TITLES[type]}</text>\
<text class="cost" x="${width - 13}" y="22">${cost}</text><text class="name" x="13" y="43">${fitted(name, 14, room)}</text>\
<text class="about" x="13" y="59">${fitted(more, 11, room)}</text>`;
}
