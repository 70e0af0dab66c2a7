/** Programs of the system, where Debian's packages can be installed. */
import { spawnSync } from 'node:child_process';

/** A mirror that is not there is given up soon. */
const PATIENCE = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1'];

/** Installs packages; why that is not possible, or undefined. A machine that was made of an image has no lists of them yet. */
export function installPackages(packages: readonly string[], say: (line: string) => void): string | undefined {
  if (packages.length === 0) return undefined;
  say(`installing ${packages.join(', ')} (Debian packages)`);
  const isInstalled = (): boolean => aptGet('install', '--yes', '--no-install-recommends', ...packages);
  return isInstalled() || (aptGet('update') && isInstalled()) ? undefined : `the programs of ${packages.join(', ')} are missing, and apt-get does not install them`;
}

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', [...PATIENCE, ...args], { env, stdio: 'ignore' }).status === 0;
}
