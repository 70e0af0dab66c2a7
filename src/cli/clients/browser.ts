/** Programs of this machine that show something. */
import { spawn } from 'node:child_process';
import type { Context } from '../command';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };

/** Opens a URL with the program for it; says whether there is one. */
export function openUrl(url: string, context: Pick<Context, 'env'>): Promise<boolean> {
  return started([...OPENERS[process.platform] ?? ['xdg-open'], url], context);
}

/** Whether a program is there. It goes on by itself. */
export function started([program = '', ...args]: readonly string[], { env }: Pick<Context, 'env'>): Promise<boolean> {
  const child = spawn(program, args, { env: { ...env }, stdio: 'ignore', detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('spawn', () => resolve(true));
  });
}
