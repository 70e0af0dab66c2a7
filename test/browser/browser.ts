/** The browser of this machine: Chromium, or another that speaks its protocol. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];

/** That of CHROMIUM, or the first of the usual names in the PATH. */
export function findBrowser(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const files = PATH.split(path.delimiter).flatMap((directory) => NAMES.map((name) => path.join(directory, name)));
  return files.find((file) => fs.existsSync(file));
}

/** Chromium cannot make its sandbox where we are root, as in most containers. */
export function launch(executablePath: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--hide-scrollbars'] });
}

/** Tests in one browser. Skipped where there is none, and their title says why. */
export function describeInBrowser(name: string, tests: (browser: () => Browser) => void): void {
  const program = findBrowser();
  if (program === undefined) {
    return describe.skip(`${name} (skipped: no Chromium in the PATH; scripts/ensure-browser.ts installs Debian's)`, () => tests(noBrowser));
  }
  describe(name, () => {
    let browser: Browser | undefined;

    beforeAll(async () => {
      browser = await launch(program);
    }, 60_000);

    afterAll(() => browser?.close());

    tests(() => browser ?? noBrowser());
  });
}

function noBrowser(): never {
  throw new Error('the browser has not started');
}
