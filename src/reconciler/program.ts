/** The program: caches that follow the cluster, a queue of what has changed, and workers that bring it about while it leads. */
import { buildHomes } from '../api/platform';
import { KINDS } from '../api/resource';
import { keyOfResource } from '../expand';
import { TokenKey } from './act/token-key';
import { Workspaces } from './act/workspace';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from './clock';
import { Controller } from './controller';
import type { ClientConfig } from './kube/client-config';
import { HttpClient } from './kube/http-client';
import type { Caches } from './observe/caches';
import { keysOfBuilds, leavingOf, newCaches } from './observe/caches';
import { reflectorsFor } from './observe/reflectors';
import { Scopes } from './observe/scopes';
import { addTriggers } from './observe/triggers';
import { Elector, LEASE_CLIENT_OPTIONS } from './runtime/elector';
import { EventRecorder } from './runtime/events';
import { Health } from './runtime/health';
import { errorText, Log } from './runtime/log';
import { Registry } from './runtime/metrics';
import { addProcessMetrics } from './runtime/process-metrics';
import { Queue } from './runtime/queue';
import { Workers } from './runtime/workers';
import type { Settings } from './settings';

const NAME = 'substratus';
/** Everything is looked at again so often, plus a tenth by chance, in case something was missed. */
const RESYNC_MS = 10 * 60 * 60 * 1000;
/** How long the end waits for Events to be written. */
const FLUSH_LIMIT_MS = 5000;

export class Program {
  private readonly metrics = new Registry();
  private readonly log: Log;
  private readonly client: HttpClient;
  private readonly leaseClient: HttpClient;
  /** Apart from the client of all other writes, which ends with the lease: the next leader does not wait for Events. */
  private readonly eventClient: HttpClient;
  private readonly caches: Caches;
  private readonly queue: Queue;
  private readonly workers: Workers;
  private readonly scopes: Scopes;
  private readonly events: EventRecorder;
  private readonly tokenKey: TokenKey;
  private readonly servers: Health[] = [];
  private elector?: Elector;
  private readonly ending = new AbortController();
  private leads = false;
  private cancelResync?: () => void;

  /** @param onLost called when another process leads, and this one must end. */
  constructor(private readonly settings: Settings, config: ClientConfig, private readonly onLost: () => void) {
    const { metrics } = this;
    this.caches = newCaches(settings.platform);
    this.log = new Log({ level: settings.logLevel });
    addProcessMetrics(metrics);
    this.client = new HttpClient(config, { version: settings.version, metrics });
    this.leaseClient = new HttpClient(config, { version: settings.version, metrics, ...LEASE_CLIENT_OPTIONS });
    this.queue = new Queue({ name: NAME, metrics });
    this.eventClient = new HttpClient(config, { version: settings.version, metrics, maxInFlight: 1 });
    this.events = new EventRecorder({ client: this.eventClient, component: 'substratus', instance: settings.identity, log: this.log, metrics });
    this.tokenKey = new TokenKey(settings.tokenKeyFile);
    const controller = this.controller();
    this.workers = new Workers({
      name: NAME, queue: this.queue, log: this.log, metrics, count: settings.concurrency, fieldsOf,
      reconcile: (key, { log }) => controller.reconcile(key, log),
    });
    const { client, caches, log } = this;
    const { watchNamespaces: namespaces, platform } = settings;
    const buildNamespaces = [...buildHomes(platform)].flatMap(([namespace, home]) => (namespaces.includes(home) ? [namespace] : []));
    this.scopes = new Scopes(reflectorsFor({ client, caches, log, metrics, namespaces, buildNamespaces }), {
      log, onLate: (namespace) => this.takeIn(namespace),
    });
  }

  /** Runs until it is stopped. */
  public async start(): Promise<void> {
    const { log, settings, scopes, metrics } = this;
    const { reflectors } = scopes;
    const { platform: { cloud, clusterName } } = settings;
    log.info('starting', { version: settings.version, identity: settings.identity, cloud, cluster: clusterName, node: process.version });
    const health = new Health({ reflectors, metrics, isSettled: () => scopes.isSettled });
    this.servers.push(health);
    await health.listen(settings.healthPort);
    if (settings.metricsPort !== settings.healthPort) {
      const exposition = new Health({ reflectors, metrics, isSettled: () => scopes.isSettled });
      this.servers.push(exposition);
      await exposition.listen(settings.metricsPort);
    }
    await scopes.start();
    log.info('synced', { resources: KINDS.reduce((sum, kind) => sum + this.caches.resources[kind].size, 0) });
    if (settings.leaderElect) this.elect();
    else this.lead();
  }

  /** Finishes what is under way, releases the lease for the next leader, and closes everything. Says whether all of it finished. */
  public async stop(): Promise<boolean> {
    this.cancelResync?.();
    this.ending.abort();
    const isFinished = await this.workers.stop();
    await this.elector?.stop();
    await this.events.flush(FLUSH_LIMIT_MS);
    this.client.stopWrites();
    await Promise.all([this.scopes.stop(), ...this.servers.map((server) => server.close())]);
    for (const client of [this.client, this.leaseClient, this.eventClient]) client.close();
    this.log.info('stopped', { finished: isFinished });
    return isFinished;
  }

  private controller(): Controller {
    const { client, caches, settings: { platform, rollOnUpgrade, notebookUrl }, events, tokenKey } = this;
    const workspaces = new Workspaces(client, caches, platform);
    const controller = new Controller({
      client, caches, workspaces, platform, rollOnUpgrade, events,
      clock: SYSTEM_CLOCK,
      tokenOf: (uid) => tokenKey.tokenOf(uid),
      notebookUrl: ({ namespace, url }) => addressOf(notebookUrl, { namespace, url }),
      enqueue: (key) => this.enqueue(key),
      unread: () => this.scopes.unread().filter((namespace) => caches.homeOf(namespace) === namespace), // no artifact is used by builds
    });
    addTriggers(caches, (key) => this.enqueue(key));
    for (const cache of [...caches.children.values(), caches.pods]) {
      cache.onChange(({ old, new: now }: { old?: { metadata: { uid: string } }; new?: unknown }) => {
        if (old && !now) controller.forgetObject(old.metadata.uid);
      });
    }
    for (const [kind, cache] of caches.workspaceParts) {
      cache.onChange(({ old, new: now }) => {
        if (old && !now) workspaces.forget(kind, old.metadata);
      });
    }
    return controller;
  }

  private elect(): void {
    const { settings: { namespace, leaseName, identity }, log, metrics } = this;
    const elector = new Elector({
      client: this.leaseClient, namespace, name: leaseName, identity, log, metrics,
      onStarted: () => this.lead(),
      onStopped: (reason) => {
        this.client.stopWrites();
        if (reason === 'lost') this.onLost();
      },
    });
    this.elector = elector;
    this.client.gateWrites(() => elector.isLeader);
    elector.start();
  }

  /** One that does not lead keeps its caches, and no list of what has happened: it looks at everything once it leads. */
  private enqueue(key: string): void {
    if (this.leads && this.scopes.isKnown(namespaceIn(key))) this.queue.add(key);
  }

  private lead(): void {
    this.leads = true;
    void this.tokenKey.create(this.client, {
      namespace: this.settings.namespace, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, signal: this.ending.signal,
      onFailure: (error) => this.log.warn('the key of notebook tokens cannot be made: idle notebooks are not found', { error: errorText(error) }),
    });
    this.enqueueAll('normal');
    this.workers.start();
    this.resyncLater();
  }

  private resyncLater(): void {
    this.cancelResync = SYSTEM_CLOCK.after(RESYNC_MS * (1 + Math.random() / 10), () => {
      this.enqueueAll('low');
      this.resyncLater();
    });
  }

  /** A namespace is known that was not: it is worked on, and what was kept because it might be used from there may go. */
  private takeIn(namespace: string): void {
    this.log.info('synced', { namespace });
    this.enqueueAll('normal', this.caches.homeOf(namespace));
    for (const resource of leavingOf(this.caches)) this.enqueue(keyOfResource(resource));
  }

  /** @param namespace all namespaces that are known if absent. */
  private enqueueAll(priority: 'normal' | 'low', namespace?: string): void {
    if (!this.leads) return;
    for (const kind of KINDS) {
      for (const resource of this.caches.resources[kind].list()) {
        const { namespace: its } = resource.metadata;
        if (namespace === undefined ? this.scopes.isKnown(its) : its === namespace) this.queue.add(keyOfResource(resource), { priority });
      }
    }
    for (const key of keysOfBuilds(this.caches)) { // also of what has gone
      if (this.scopes.isKnown(namespaceIn(key))) this.queue.add(key, { priority });
    }
  }
}

/** What a log says of a key. */
function fieldsOf(key: string): Record<string, string> {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}

function namespaceIn(key: string): string {
  return fieldsOf(key).namespace ?? '';
}

/** Where a notebook answers: at its Service, or where a test or a developer's machine has it. */
function addressOf(pattern: string | undefined, { namespace, url }: { readonly namespace: string; readonly url: string }): string {
  if (pattern === undefined) return url;
  const service = new URL(url).hostname.split('.')[0] ?? '';
  return pattern.replace('{namespace}', namespace).replace('{service}', service);
}
