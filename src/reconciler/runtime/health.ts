import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { SYSTEM_CLOCK } from '../clock';
import type { Clock } from '../clock';
import type { ResourceType } from '../kube/types';
import type { Registry } from './metrics';

/** A reflector that neither heard nor tried anything for so long hangs. */
export const SILENCE_LIMIT_MS = 3 * 60_000;
const REQUEST_TIMEOUT_MS = 5000;
const MAX_CONNECTIONS = 64;

const OK = 200;
const NOT_FOUND = 404;
const METHOD_NOT_ALLOWED = 405;
const UNAVAILABLE = 503;

/** What is asked of a reflector. */
export interface Watched {
  readonly type: ResourceType;
  readonly hasSynced: boolean;
  readonly lastActivity: number;
}

export interface HealthOptions {
  readonly reflectors: readonly Watched[];
  readonly metrics: Registry;
  /** Whether all that can be known is: what may not be read is not waited for. */
  readonly isSettled?: () => boolean;
  readonly clock?: Clock;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Answers `/healthz`, `/readyz` and `/metrics`.
 *
 * Healthy is who answers, and whose reflectors are not stuck: an API server that is down must not cause a restart. Ready is
 * whose caches are complete, leader or not.
 */
export class Health {
  private readonly server: http.Server;

  constructor(private readonly options: HealthOptions) {
    this.server = http.createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      const { status, text } = this.answer(request);
      response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    });
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens, and says on which port: a free one if `port` is 0. */
  public listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host }, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  public close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer({ method, url = '/' }: http.IncomingMessage): Answer {
    if (method !== 'GET' && method !== 'HEAD') return { status: METHOD_NOT_ALLOWED, text: 'GET only\n' };
    switch (url.split('?')[0]) {
      case '/healthz': return verdict(this.silent());
      case '/readyz': return verdict(this.incomplete());
      case '/metrics': return { status: OK, text: this.options.metrics.text() };
      default: return { status: NOT_FOUND, text: 'there is /healthz, /readyz and /metrics\n' };
    }
  }

  private silent(): string[] {
    const { reflectors, clock = SYSTEM_CLOCK } = this.options;
    const oldest = clock.now() - SILENCE_LIMIT_MS;
    return reflectors.filter(({ lastActivity }) => lastActivity < oldest).map(({ type }) => `the watch of ${type.plural} hangs`);
  }

  private incomplete(): string[] {
    if (this.options.isSettled?.()) return [];
    return this.options.reflectors.filter(({ hasSynced }) => !hasSynced).map(({ type }) => `${type.plural} are not listed yet`);
  }
}

function verdict(problems: readonly string[]): Answer {
  return problems.length === 0 ? { status: OK, text: 'ok\n' } : { status: UNAVAILABLE, text: `${problems.join('\n')}\n` };
}
