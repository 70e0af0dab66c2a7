/** That a cluster does not outlive those who started it. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { until } from './until';

/** A program that starts two processes under a guard, freezes one, and says which they are and where their files lie. */
const PARENT = path.join(__dirname, 'fixtures', 'parent.ts');

interface Started {
  readonly directory: string;
  readonly pids: readonly number[];
}

test.each(['SIGKILL', 'SIGTERM'] as const)('a parent that ends by %s leaves no process and no file, not even a frozen one', async (signal) => {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = await new Promise<Started>((resolve) => {
    parent.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as Started));
  });
  expect(started.pids.map(isAlive)).toEqual([true, true]);
  expect(fs.existsSync(started.directory)).toBe(true);
  parent.kill(signal);
  await until('all processes are gone', () => !started.pids.some(isAlive));
  await until('the files are gone', () => !fs.existsSync(started.directory));
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
