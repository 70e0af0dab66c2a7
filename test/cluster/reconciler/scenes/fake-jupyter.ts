/** Answers for the notebooks of all namespaces as Jupyter does, at `/<namespace>/<service>`. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

const LONG_AGO = '2020-01-01T00:00:00Z';

export class FakeJupyter {
  private readonly idleNamespaces = new Set<string>();
  private readonly seen = new Map<string, Set<string>>();
  private readonly server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://jupyter');
    const [, namespace = '', , , what] = pathname.split('/');
    /* As the real one: a request counts as activity itself, but for the status, and unless it says otherwise. */
    if (what !== 'status' && !searchParams.has('no_track_activity')) this.busy(namespace);
    const token = request.headers.authorization?.replace(/^token /, '') ?? '';
    this.seen.set(namespace, new Set([...this.tokens(namespace), token]));
    response.end(JSON.stringify(this.answer(namespace, what)));
  });

  /** For NOTEBOOK_URL. */
  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/{namespace}/{service}`;
  }

  public listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  public idle(namespace: string): void {
    this.idleNamespaces.add(namespace);
  }

  public busy(namespace: string): void {
    this.idleNamespaces.delete(namespace);
  }

  /** With which tokens it was asked. */
  public tokens(namespace: string): ReadonlySet<string> {
    return this.seen.get(namespace) ?? new Set();
  }

  private answer(namespace: string, what: string | undefined): unknown {
    const isIdle = this.idleNamespaces.has(namespace);
    switch (what) {
      case 'status': return { last_activity: isIdle ? LONG_AGO : new Date().toISOString(), connections: 0, kernels: 1 };
      case 'kernels': return [{ execution_state: isIdle ? 'idle' : 'busy' }];
      default: return [];
    }
  }
}
