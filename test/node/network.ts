/** The addresses of a cluster whose pods run. */
import { execFileSync } from 'node:child_process';
import type { PodNetwork } from '../cluster/programs';

/** Second bytes of the networks 10.x.0.0/16 that are tried: those that homes and offices seldom have. */
const FIRST = 200;
const LAST = 250;

export interface NodeNetwork extends PodNetwork {
  /** All of it; whoever is on this machine reaches it through the node. */
  readonly all: string;
  /** The address of the node, at which its DNS server listens too. */
  readonly node: string;
  readonly pods: string;
  /** Names of the two ends of the cable between this machine and the node. */
  readonly cable: readonly [string, string];
}

/** A network that this machine has no route to. Whoever is faster may take it: then the cable cannot be laid. */
export function freeNetwork(): NodeNetwork {
  const routes = execFileSync('ip', ['-4', 'route', 'show', 'table', 'all'], { encoding: 'utf8' });
  const free = Array.from({ length: LAST - FIRST }, (_, index) => FIRST + index).filter((byte) => !routes.includes(`10.${byte}.`));
  const byte = free[Math.floor(Math.random() * free.length)];
  if (byte === undefined) throw new Error(`each of the networks 10.${FIRST}.0.0/16 to 10.${LAST}.0.0/16 is in use`);
  return networkOf(byte);
}

function networkOf(byte: number): NodeNetwork {
  return {
    all: `10.${byte}.0.0/16`,
    pods: `10.${byte}.0.0/18`,
    server: `10.${byte}.64.1`,
    node: `10.${byte}.64.2`,
    services: `10.${byte}.128.0/17`,
    cable: [`substratus${byte}`, 'eth0'],
  };
}
