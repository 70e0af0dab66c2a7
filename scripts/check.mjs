// Runs several projen tasks at the same time, which projen cannot, and fails if one of them does.
//
//   node scripts/check.mjs eslint type-check

import { spawn } from 'node:child_process';

function run(task) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['projen', task], { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
    child.on('error', () => resolve(1));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

const statuses = await Promise.all(process.argv.slice(2).map(run));
process.exitCode = statuses.find((status) => status !== 0) ?? 0;
