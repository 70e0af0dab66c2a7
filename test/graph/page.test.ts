import { createHash } from 'node:crypto';
import { graphOf } from '../../src/graph/graph';
import { toHtml } from '../../src/graph/page/page';
import { HOSTILE, hostileState, largeState, stateOfExample } from './fixtures';

const STATE = stateOfExample('multi-cloud');
const GRAPH = graphOf(STATE);
const PAGE = toHtml(GRAPH, { title: 'multi-cloud' });

function attributes(page: string, name: string): string[] {
  return [...page.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

test('is the same bytes each time', () => {
  expect(toHtml(graphOf(structuredClone(STATE)), { title: 'multi-cloud' })).toBe(PAGE);
});

test('loads nothing: it refers to nothing but parts of itself', () => {
  const ids = attributes(PAGE, 'id');
  expect(new Set(ids).size).toBe(ids.length);
  expect(attributes(PAGE, 'href').filter((href) => href !== '#closed' && !ids.includes(href.slice(1)))).toEqual([]);
  expect(attributes(PAGE, '(?:src|action|data|poster|srcset)')).toEqual([]);
  expect(PAGE).not.toMatch(/url\((?!#)|@import|\sstyle=|\son\w+=/);
});

test('its policy allows its own style and script, and nothing else', () => {
  const [style = ''] = /(?<=<style>)[\s\S]*?(?=<\/style>)/.exec(PAGE) ?? [];
  const [script = ''] = /(?<=<script>)[\s\S]*?(?=<\/script>)/.exec(PAGE) ?? [];
  const quote = '&#39;';
  const policy = `default-src 'none'; style-src 'sha256-${sha256(style)}'; script-src 'sha256-${sha256(script)}'; base-uri 'none'; form-action 'none'`;
  expect(PAGE).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy.replace(/'/g, quote)}">`);
  expect(PAGE.match(/<script/g)).toHaveLength(1);
});

test('names and YAML are text, whatever is in them', () => {
  const page = toHtml(graphOf(hostileState()), { title: HOSTILE });
  expect(page.match(/<\/?script/g)).toEqual(['<script', '</script']);
  expect(page).not.toContain('<img');
  expect(page).toContain('<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;');
  expect(attributes(page, 'id').filter((id) => !/^\w+$/.test(id))).toEqual([]);
});

test('characters that a page cannot have are replaced', () => {
  expect(toHtml({ nodes: [], edges: [] }, { title: 'a\u0000b\u001bc' })).toContain('<h1>a\ufffdb\ufffdc</h1>');
});

test('each node has a panel with its facts and its YAML, and a row in a table', () => {
  for (const { id, type, name } of GRAPH.nodes) {
    expect(PAGE).toContain(`id="about_${id}" tabindex="-1" aria-labelledby="name_${id}"`);
    if (type !== 'Cluster' && type !== 'Workspace') expect(PAGE).toContain(`<th scope="row"><a href="#about_${id}">${name}</a></th>`);
  }
});

test('what is taken of memory is that of a GPU, or of a pod without one', () => {
  const [chat] = GRAPH.nodes.filter(({ type, name, fit }) => type === 'Server' && name === 'chat' && fit);
  const shown = (gpu: string | undefined) => (chat ? /<h4>(Memory [^<]*)/.exec(toHtml({ nodes: [{ ...chat, gpu }], edges: [] }, { title: 'chat' }))?.[1] : undefined);
  expect([shown('1 × nvidia-l4'), shown(undefined)]).toEqual(['Memory of one GPU', 'Memory of the pod']);
});

test('each node of the picture tells a screen reader what the eye sees', () => {
  const labels = attributes(PAGE, 'aria-label');
  expect(labels).toContain('Server chat, vllm, 1 × nvidia-l4 · fits, 3.9 × 40960 tokens, $0.707/h');
  expect(labels).toContain('GPU nodes small, g6.xlarge · 0 to 16 nodes, 1 × nvidia-l4, $0.805/h each');
});

test('of 300 resources it is of moderate size', () => {
  expect(toHtml(graphOf(largeState(300)), { title: 'large' }).length).toBeLessThan(2_000_000);
});

test('of an empty stack it says so', () => {
  expect(toHtml({ nodes: [], edges: [] }, { title: 'empty' })).toContain('0 clusters · 0 workspaces · 0 resources');
});
