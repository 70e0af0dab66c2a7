/** The Server that is measured, in a process of its own, so that the clients do not wait for it. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { ModelServer } from '../../test/engines/gateway/model-server';
import { SERVER_PORT } from '../../test/engines/gateway/scene';

/** Of a model of moderate size on a GPU: 50 tokens in a second. */
const TOKEN_MS = 20;

/** Starts it at an address. Resolves when it answers. */
export async function startServer(address: string): Promise<{ readonly address: string; readonly stop: () => void }> {
  const command = ['--require', 'tsx/cjs', __filename, address];
  const child = spawn(process.execPath, command, { cwd: path.resolve(__dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the server has not started')));
  });
  return { address, stop: () => child.kill() };
}

async function serve(address: string): Promise<void> {
  const server = new ModelServer();
  server.pauseMs = TOKEN_MS;
  server.keepsRequests = false;
  await server.start(address, SERVER_PORT);
  console.log('ready');
}

if (require.main === module) void serve(process.argv[2] ?? '');
