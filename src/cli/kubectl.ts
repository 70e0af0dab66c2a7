/** The cluster, by the `kubectl` of the user: their login plugins, proxies and versions work as they do elsewhere. */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './command';
import { CliError, EXIT } from './errors';
import { JsonStream } from './json-stream';
import { isNotFound, translated } from './kubectl-error';
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

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
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
   * Every object that is there, and each change, until Ctrl-C. Starts again when the connection ends, with `onStart` first: forget then
   * what was known, since everything that is there is told again.
   */
  public async watch<T>(type: ResourceType, onEvent: (event: WatchEvent<T>) => void, onStart: () => void = () => undefined): Promise<void> {
    const { signal } = this.context;
    while (!signal.aborted) {
      onStart();
      const stream = new JsonStream((value) => onEvent(value as WatchEvent<T>));
      const { code, stderr, args } = await this.streamed(['get', type, '--watch', '--output-watch-events', '--output=json'], (text) => stream.push(text));
      if (signal.aborted) return;
      if (code !== 0 && !stream.hasValues) throw translated(stderr, args);
      await sleep(RESTART_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** What it prints; errors are those of the house. */
  public async run(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr, args: all } = await this.ended(args, input);
    if (code !== 0) throw translated(stderr, all);
    return stdout;
  }

  /** Hands each piece of its output to `onText` as it comes; ended by Ctrl-C. */
  public async streamed(args: readonly string[], onText: (text: string) => void): Promise<Ended> {
    return ended(this.spawn(args), { onText });
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
