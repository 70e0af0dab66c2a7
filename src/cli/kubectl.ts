/** The cluster, by the `kubectl` of the user: their login plugins, proxies and versions work as they do elsewhere. */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './command';
import { CliError, EXIT } from './errors';
import { isNotFound, translated } from './kubectl-error';
import { Lines } from './lines';
import type { ClusterOptions } from './options';

/** A plural that a CRD or Kubernetes has, with its group where there is one, such as `models.substratus.ai`. */
export type ResourceType = string;

export interface Place {
  /**
   * @default - that of the options, else that of the kubeconfig's context
   */
  readonly namespace?: string;
}

export interface ListOptions extends Place {
  readonly allNamespaces?: boolean;
  /** A label selector. */
  readonly selector?: string;
  readonly fieldSelector?: string;
}

/** What the API server serves at one path. */
export interface Collection extends Place {
  /** Such as `apps`; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ListedObject {
  readonly metadata: { readonly resourceVersion?: string };
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

export interface WatchHandlers<T> {
  /** All that is there: what was known before and is not in it is gone. */
  readonly onList: (items: readonly T[]) => void;
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** The connection is lost, and is made again. */
  readonly onTrouble?: (message: string) => void;
}

export interface Target extends Place {
  readonly type: ResourceType;
  readonly name: string;
}

interface List<T> {
  readonly items: readonly T[];
}

const TIMEOUT = '--request-timeout=30s';
const RESTART_MS = 1000;

export class Kubectl {
  constructor(private readonly options: ClusterOptions, private readonly context: Pick<Context, 'env' | 'signal' | 'cwd'>) {}

  /** The namespace that commands work in. */
  public async namespace(): Promise<string> {
    const { namespace } = this.options;
    if (namespace !== undefined) return namespace;
    const text = await this.run(['config', 'view', '--minify', '--output', 'jsonpath={..namespace}']);
    return text.trim() || 'default';
  }

  /** Fails with exit code 4 if there is none. */
  public async get<T>({ type, name, namespace }: Target): Promise<T> {
    return JSON.parse(await this.run(['get', type, name, ...place({ namespace }), '--output=json', TIMEOUT])) as T;
  }

  /** `undefined` if there is none. */
  public async find<T>({ type, name, namespace }: Target): Promise<T | undefined> {
    const { code, stdout, stderr, args } = await this.ended(['get', type, name, ...place({ namespace }), '--output=json', TIMEOUT]);
    if (code === 0) return JSON.parse(stdout) as T;
    if (isNotFound(stderr)) return undefined;
    throw translated(stderr, args);
  }

  public async list<T>(type: ResourceType, { allNamespaces, selector, fieldSelector, namespace }: ListOptions = {}): Promise<readonly T[]> {
    const text = await this.run([
      'get', type, ...place({ namespace }), ...allNamespaces ? ['--all-namespaces'] : [], ...selector ? ['--selector', selector] : [],
      ...fieldSelector ? ['--field-selector', fieldSelector] : [], '--output=json', TIMEOUT,
    ]);
    return (JSON.parse(text) as List<T>).items;
  }

  /** A merge patch. With `metadata.uid` in it, it changes that object and not one of the same name that came since. */
  public async patch({ type, name, namespace }: Target, patch: object): Promise<void> {
    await this.run(['patch', type, name, ...place({ namespace }), '--type=merge', '--patch', JSON.stringify(patch), TIMEOUT]);
  }

  /**
   * What is there, and each change, until Ctrl-C. A connection that ends is made again, and after a gap `onList` tells all that is there
   * once more. Fails only if the first list does.
   */
  public async watch<T extends ListedObject>(collection: Collection, handlers: WatchHandlers<T>): Promise<void> {
    const { signal } = this.context;
    let hasListed = false;
    const onList = (items: readonly T[]): void => {
      hasListed = true;
      handlers.onList(items);
    };
    while (!signal.aborted) {
      try {
        await this.watchOnce(collection, { ...handlers, onList });
      } catch (error) {
        if (signal.aborted) return;
        if (!hasListed) throw error;
        handlers.onTrouble?.(error instanceof Error ? error.message : String(error));
      }
      await sleep(RESTART_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** From a list to the end of a connection. */
  private async watchOnce<T extends ListedObject>(collection: Collection, { onList, onEvent }: WatchHandlers<T>): Promise<void> {
    const path = pathOf(collection);
    const { items, metadata } = JSON.parse(await this.run(['get', '--raw', path])) as List<T> & { readonly metadata: { readonly resourceVersion: string } };
    onList(items);
    let version = metadata.resourceVersion;
    let isGone = false;
    const lines = new Lines((line) => {
      const event = JSON.parse(line) as { readonly type: string; readonly object: T };
      if (event.type === 'ERROR') isGone = true;
      else version = event.object.metadata.resourceVersion ?? version;
      if (isWatchEvent(event)) onEvent(event);
    });
    while (!isGone && !this.context.signal.aborted) {
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
      await this.stream(['get', '--raw', `${path}?${query}`], (text) => lines.push(text));
    }
  }

  /** What it prints; errors are those of the house. */
  public async run(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr, args: all } = await this.ended(args, input);
    if (code !== 0) throw translated(stderr, all);
    return stdout;
  }

  /** Hands each piece of its output to `onText` as it comes; ended by Ctrl-C. */
  public async stream(args: readonly string[], onText: (text: string) => void): Promise<void> {
    const { code, stderr, args: all } = await ended(this.spawn(args), { onText });
    if (code !== 0 && !this.context.signal.aborted) throw translated(stderr, all);
  }

  /** A child process to speak with, such as `port-forward` and `exec`. It ends with the command. */
  public spawn(args: readonly string[], stdio: StdioOptions = ['pipe', 'pipe', 'pipe']): ChildProcess {
    const { env, signal, cwd } = this.context;
    return spawn('kubectl', this.argsOf(args), { env: { ...env }, cwd, signal, stdio, killSignal: 'SIGTERM' });
  }

  private async ended(args: readonly string[], input?: string): Promise<Ended> {
    return ended(this.spawn(args), { input });
  }

  private argsOf(args: readonly string[]): string[] {
    const { kubeconfig, context, namespace } = this.options;
    return [
      ...kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig],
      ...context === undefined ? [] : ['--context', context],
      ...namespace === undefined || args.includes('--namespace') || args.includes('--all-namespaces') ? [] : ['--namespace', namespace],
      ...args,
    ];
  }
}

interface Ended {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly args: readonly string[];
}

interface Listening {
  readonly input?: string;
  readonly onText?: (text: string) => void;
}

function ended(child: ChildProcess, { input, onText }: Listening): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (onText) onText(text);
    else texts.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { texts.stderr += text; });
  child.stdin?.on('error', () => undefined); // it ended before it read all: its exit code says why
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name !== 'AbortError') reject(startError(error));
    });
    child.on('close', (code) => resolve({ code, ...texts, args: child.spawnargs.slice(1) }));
  });
}

function startError(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return new CliError(`kubectl cannot be started: ${error.message}`, EXIT.cluster);
  return new CliError('kubectl is not in the PATH; install it, https://kubernetes.io/docs/tasks/tools/#kubectl', EXIT.cluster);
}

function place({ namespace }: Place): string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}

function pathOf({ group, version, plural, namespace }: Collection): string {
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

function isWatchEvent<T>(event: { readonly type: string; readonly object: T }): event is WatchEvent<T> {
  return ['ADDED', 'MODIFIED', 'DELETED'].includes(event.type);
}
