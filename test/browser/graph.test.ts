/** The page of `substratus graph`, opened as a file in a real browser. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { graphOf } from '../../src/graph/graph';
import type { Graph, GraphNode } from '../../src/graph/model';
import { toHtml } from '../../src/graph/page/page';
import { HOSTILE, hostileState, largeState, stateOfExample } from '../graph/fixtures';
import { describeInBrowser } from './browser';

jest.setTimeout(60_000);

const LAPTOP = { width: 1280, height: 800 };
const GRAPH = graphOf(stateOfExample('multi-cloud'));

/** A page, and what went wrong or went out while it was open. */
interface Opened {
  readonly page: Page;
  readonly url: string;
  readonly complaints: string[];
  readonly requests: string[];
}

describeInBrowser('the page of a graph', (browser) => {
  let folder: string;
  const toClose: (() => Promise<void>)[] = [];

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
  });

  afterEach(async () => {
    for (const close of toClose.splice(0)) await close();
  });

  afterAll(() => fs.rmSync(folder, { recursive: true }));

  async function open(graph: Graph, options: BrowserContextOptions = {}): Promise<Opened> {
    const file = path.join(folder, 'graph.html');
    fs.writeFileSync(file, toHtml(graph, { title: 'a <stack>' }));
    const context = await browser().newContext({ viewport: LAPTOP, reducedMotion: 'reduce', ...options });
    toClose.push(() => context.close());
    const page = await context.newPage();
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
    page.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    return { page, url, complaints, requests };
  }

  const nodeIn = (page: Page, { id }: Pick<GraphNode, 'id'>) => page.locator(`a.node[data-id="${id}"]`);
  const panelIn = (page: Page, { id }: Pick<GraphNode, 'id'>) => page.locator(`#about_${id}`);
  const isFocused = (page: Page, selector: string): Promise<boolean> => page.evaluate(`document.activeElement.matches('${selector}')`);
  const named = (id: string): GraphNode => {
    const node = GRAPH.nodes.find((each) => each.id === id);
    if (!node) throw new Error(`${id} is not there`);
    return node;
  };

  test('opens without a complaint and without the network; every node is there, and a click shows its YAML or Terraform', async () => {
    const { page, url, complaints, requests } = await open(GRAPH);
    const nodes = GRAPH.nodes.filter(({ type }) => type !== 'Cluster');
    expect(await page.locator('a.node').count()).toBe(nodes.length);
    for (const node of nodes) {
      await nodeIn(page, node).click();
      const panel = panelIn(page, node);
      expect(await panel.getByRole('heading', { name: node.name, exact: true }).isVisible()).toBe(true);
      expect(await panel.locator('code').textContent()).toBe(node.source?.text);
      await page.keyboard.press('Escape');
      expect(await panel.isVisible()).toBe(false);
    }
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
  });

  test('is worked by keyboard: Tab to a node, Enter opens it and goes into it, Escape closes it and goes back', async () => {
    const { page } = await open(GRAPH);
    const first = page.locator('a.node').first();
    for (let count = 0; count < 12 && !await isFocused(page, 'a.node'); count += 1) await page.keyboard.press('Tab');
    const id = await first.getAttribute('data-id');
    expect(await isFocused(page, `[data-id="${id}"]`)).toBe(true);
    await page.keyboard.press('Enter');
    expect(await isFocused(page, `#about_${id}:target`)).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Close');
    await page.keyboard.press('Escape');
    expect(await page.locator('.about-node:target').count()).toBe(0);
    expect(await isFocused(page, `[data-id="${id}"]`)).toBe(true);
  });

  test('a click beside the panel closes it; the edges of what is open stand out', async () => {
    const { page } = await open(GRAPH);
    const tuned = named('gcp_ml_team_a_model_qwen_chats_cqvrn3cn');
    await nodeIn(page, tuned).click();
    expect(await page.locator('svg.picture.active .edge.on').count()).toBe(6);
    await page.locator('h1').click();
    expect(await panelIn(page, tuned).isVisible()).toBe(false);
    await page.mouse.move(2, 2);
    expect(await page.locator('.edge.on').count()).toBe(0);
  });

  test('is read by a screen reader: headings, links with all that is shown, tables', async () => {
    const { page } = await open(GRAPH);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('a <stack>');
    expect(await page.getByRole('region', { name: 'AWS · ml · us-east-1' }).getByRole('group').count()).toBe(1);
    expect(await page.getByRole('link', { name: /^Server chat, vllm, 1 × nvidia-l4 · fits/ }).count()).toBe(2);
    expect(await page.getByRole('rowheader', { name: 'qwen-chats-cqvrn3cn' }).count()).toBe(3);
  });

  test('fits a laptop, and is light or dark as its reader is', async () => {
    const { page } = await open(GRAPH);
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(LAPTOP.width);
    expect(await page.evaluate('((svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)(document.querySelector("svg.picture"))')).toBeGreaterThan(0.9);
    expect(await page.evaluate(background)).toBe('rgb(251, 251, 253)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await page.evaluate(background)).toBe('rgb(17, 21, 28)');
  });

  test('on paper has pictures and tables, in light colours, and nothing to click', async () => {
    const { page } = await open(GRAPH, { colorScheme: 'dark' });
    await nodeIn(page, named('gcp_ml_team_a_server_chat')).click();
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.tools, .about-node').filter({ visible: true }).count()).toBe(0);
    expect(await page.getByRole('rowheader', { name: 'chat', exact: true }).first().isVisible()).toBe(true);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(6);
  });

  test('without a script, a click on a node shows what is known of it', async () => {
    const { page } = await open(GRAPH, { javaScriptEnabled: false });
    const server = named('gcp_ml_team_a_server_chat');
    await nodeIn(page, server).click();
    expect(await panelIn(page, server).isVisible()).toBe(true);
    await page.getByRole('link', { name: 'Close' }).click();
    expect(await panelIn(page, server).isVisible()).toBe(false);
  });

  test('of 300 resources it opens soon, is enlarged, and finds one by a word', async () => {
    const graph = graphOf(largeState(300));
    const start = Date.now();
    const { page, complaints } = await open(graph);
    expect(await page.locator('a.node.card').count()).toBe(303);
    expect(Date.now() - start).toBeLessThan(15_000);
    await page.getByRole('searchbox', { name: 'Find resources' }).fill('server chat-3');
    expect(await page.getByRole('status').textContent()).toBe('10 found');
    expect(await page.locator('a.node.card:not(.dim)').count()).toBe(10);
    const picture = page.locator('svg.picture');
    const width = async (): Promise<number> => (await picture.boundingBox())?.width ?? 0;
    const before = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    expect(await width() / before).toBeCloseTo(1.25, 1);
    await page.getByRole('button', { name: 'Fit' }).click();
    expect(await width()).toBeCloseTo(before, 0);
    const last = page.locator('a.node.card').last();
    await last.click();
    expect(await page.locator('.about-node:target').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('what users have named is text: nothing of it runs', async () => {
    const graph = graphOf(hostileState());
    const { page, complaints } = await open(graph);
    const node = graph.nodes.find(({ type }) => type === 'Model');
    expect(await page.locator('img').count()).toBe(0);
    await page.locator(`a.node[data-id="${node?.id ?? ''}"]`).click();
    expect(await page.locator('.about-node:target h3').textContent()).toBe(HOSTILE);
    expect(await page.locator('.about-node:target code').textContent()).toBe(node?.source?.text);
    expect(complaints).toEqual([]);
  });
});
