/** `npm run demo` where pods are simulated, to its end, where nobody looks: as CI runs it. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { findAssets } from './assets';

const ROOT = path.join(__dirname, '../..');
const ARGUMENTS = [require.resolve('tsx/cli'), '--tsconfig', 'scripts/tsconfig.json', 'scripts/demo.ts', '--node', 'simulated'];

/** Twice what is promised: a machine of CI has other things to do. */
const MAX_MS = 240_000;

(findAssets() ? test : test.skip)('the demo ends by itself: all Ready, then a roll in which the server always answered', async () => {
  const { output, status } = await run();
  expect(output).not.toContain('\u001b');
  for (const ready of ['Dataset chats-\\w{8}', 'Model qwen-\\w{8}', 'Model qwen-chats-\\w{8}', 'Model qwen-small-\\w{8}', 'Server chat', 'Notebook lab']) {
    expect(output).toMatch(new RegExp(`${ready}  Ready`));
  }
  expect(output).toMatch(/✓ chat answered all the time: 1 replica or more available in all \d+ samples of the roll/);
  expect(output).toMatch(/✓ lab ran on, with its kernels: it is Outdated, and takes its other model when it starts next/);
  expect(new Set(output.match(/Model qwen-chats-\w{8} {2}Ready/g))).toHaveProperty('size', 2);
  expect(status).toBe(0);
}, MAX_MS);

interface Run {
  readonly output: string;
  readonly status: number | null;
}

function run(): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ARGUMENTS, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: MAX_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.on('error', reject);
    child.on('close', (status) => resolve({ output, status }));
  });
}
