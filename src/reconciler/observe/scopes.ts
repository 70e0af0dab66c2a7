/** Where the reconciler works: one namespace after another, or all at once. */
import { SYSTEM_CLOCK, sleep } from '../clock';
import type { Clock } from '../clock';
import type { Log } from '../runtime/log';
import type { Scope, Started } from './reflectors';

/**
 * How long a namespace that may not be read holds up the others at the start. Its Role is applied with it, so that it may come later
 * than this program; and a Role that has just been applied takes the API server a moment.
 */
export const FORBIDDEN_GRACE_MS = 5000;
const POLL_MS = 50;

interface ScopesOptions {
  readonly log: Log;
  readonly clock?: Clock;
  /** Called when a namespace is known that was not at the start. */
  readonly onLate: (namespace: string) => void;
}

/** Starts the watches, and tells which namespaces are known. One that may not be read keeps no other from being worked on. */
export class Scopes {
  private readonly clock: Clock;
  private readonly known = new Set<string | undefined>();
  private readonly stopping = new AbortController();
  private settled = false;

  constructor(private readonly scopes: readonly Scope[], private readonly options: ScopesOptions) {
    this.clock = options.clock ?? SYSTEM_CLOCK;
  }

  public get reflectors(): Started[] {
    return this.scopes.flatMap(({ reflectors }) => reflectors);
  }

  /** Whether all that can be known is. */
  public get isSettled(): boolean {
    return this.settled;
  }

  /** Resolves when all that can be known is. */
  public async start(): Promise<void> {
    const { signal } = this.stopping;
    const start = this.clock.now();
    for (const scope of this.scopes) void this.open(scope);
    while (!signal.aborted && !this.scopes.every((scope) => this.isOpen(scope) || this.mayGoOnWithout(scope, start))) {
      await sleep(this.clock, POLL_MS, signal);
    }
    this.settled = true;
    if (signal.aborted) return;
    for (const namespace of this.unread()) {
      this.options.log.warn('a namespace may not be read; it is worked on once it exists and has the Role of the reconciler', { namespace });
    }
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.reflectors.map((reflector) => reflector.stop()));
  }

  /** Whether all of a namespace is known, so that it can be decided on. */
  public isKnown(namespace: string): boolean {
    return this.known.has(undefined) || this.known.has(namespace);
  }

  /** Namespaces of which nothing is known. */
  public unread(): string[] {
    return this.scopes.flatMap(({ namespace }) => (namespace === undefined || this.known.has(namespace) ? [] : [namespace]));
  }

  /** One watch finds out whether the namespace may be read, before there are all of them. */
  private async open({ namespace, reflectors }: Scope): Promise<void> {
    const [first, ...others] = reflectors;
    first?.start();
    await first?.whenSynced();
    for (const reflector of others) reflector.start();
    await Promise.all(others.map((reflector) => reflector.whenSynced()));
    this.known.add(namespace);
    if (this.settled && namespace !== undefined) this.options.onLate(namespace);
  }

  private isOpen({ namespace }: Scope): boolean {
    return this.known.has(namespace);
  }

  private mayGoOnWithout({ namespace, reflectors }: Scope, start: number): boolean {
    if (namespace === undefined || this.clock.now() - start < FORBIDDEN_GRACE_MS) return false;
    return reflectors.some(({ isForbidden }) => isForbidden);
  }
}
