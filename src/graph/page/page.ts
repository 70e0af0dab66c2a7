/** The graph as one file of HTML that needs nothing else: no network, no other file, and no script to be read. */
import { createHash } from 'node:crypto';
import { picturesOf } from '../layout';
import type { Picture } from '../layout';
import type { Graph } from '../model';
import { cloudClass, summaryOf, titleOf } from '../words';
import { aboutNode, clusterTable, legend } from './about';
import { html, Html } from './html';
import { SCRIPT } from './script';
import { STYLE } from './style';
import { svgOf } from './svg';

export interface PageOptions {
  /** What the stack is called. */
  readonly title: string;
}

export function toHtml(graph: Graph, { title }: PageOptions): string {
  const pictures = picturesOf(graph);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${Html.raw(STYLE)}</style>
</head>
<body>
<header>
<div><h1>${title}</h1><p class="summary">${summaryOf(graph)}</p>${legend()}</div>
${tools()}
</header>
<main>
${pictures.map(section)}
<div class="words">
${pictures.map(({ cluster }) => clusterTable(cluster, graph))}
</div>
${graph.nodes.map((node) => aboutNode(node, graph))}
</main>
<footer>Made by <code>substratus graph</code> from what was synthesized.</footer>
<script>${Html.raw(SCRIPT)}</script>
</body>
</html>
`;
  return page.toString();
}

/** Nothing is loaded, and nothing runs but the script of this page. */
function policy(): string {
  return `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function section(picture: Picture): Html {
  const { cluster } = picture;
  const { name, about, cost } = cluster;
  return html`<section class="cluster ${cloudClass(cluster)}" aria-label="${titleOf(cluster)}">
<h2><span class="swatch"></span><a href="#about_${cluster.id}">${cluster.runs ?? name}</a>\
<small>${[cluster.runs && name, about, cost].filter(Boolean).join(' · ')}</small></h2>
<div class="canvas">${svgOf(picture)}</div>
</section>
`;
}

/** Of no use without the script, which shows them. */
function tools(): Html {
  return html`<div class="tools" hidden><span class="summary" id="found" role="status"></span><input id="find" type="search" placeholder="Find" aria-label="Find resources">
<button type="button" data-zoom="0.8" aria-label="Smaller">−</button><button type="button" data-zoom="1.25" aria-label="Larger">+</button>\
<button type="button" data-zoom="0">Fit</button></div>`;
}
