/**
 * `npm run graph:screenshot`: the picture of the multi-cloud example in the README and in docs/graph.md. Look at it before it is committed;
 * no test compares it, for every browser and font draws it a little differently. The one in the repository was made with Debian's
 * `chromium` and `fonts-inter`.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { graphOf } from '../src/graph/graph';
import { toHtml } from '../src/graph/page/page';
import { findBrowser, launch } from '../test/browser/browser';
import { exampleState } from './example-state';
import { EXAMPLES } from './examples';

const TARGET = path.join(__dirname, '..', 'docs', 'images', 'graph.png');
const WIDTH = 1120;
/** A README stays light. */
const MOST_BYTES = 150_000;

async function main(): Promise<void> {
  const program = findBrowser();
  const example = EXAMPLES.find(({ name }) => name === 'multi-cloud');
  if (program === undefined || !example) throw new Error('no browser: install chromium, or set CHROMIUM to the program of one');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'screenshot-'));
  const file = path.join(folder, 'graph.html');
  fs.writeFileSync(file, toHtml(graphOf(exampleState(example, ['gcp'])), { title: example.name }));
  const browser = await launch(program);
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, deviceScaleFactor: 1.5, colorScheme: 'light' });
    await page.goto(pathToFileURL(file).href);
    fs.mkdirSync(path.dirname(TARGET), { recursive: true });
    fs.writeFileSync(TARGET, await pictureOf(page));
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  }
  const { size } = fs.statSync(TARGET);
  console.log(`${path.relative(process.cwd(), TARGET)}: ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) throw new Error(`the picture has ${size} bytes; make it smaller than ${MOST_BYTES}`);
}

/** The first cluster, as wide as the page. */
async function pictureOf(page: Page): Promise<Buffer> {
  const box = await page.locator('section.cluster').first().boundingBox();
  if (!box) throw new Error('the page has no cluster');
  return page.screenshot({ clip: { x: 0, y: box.y - 16, width: WIDTH, height: box.height + 32 } });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
