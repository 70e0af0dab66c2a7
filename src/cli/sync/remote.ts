/** The folder in the notebook, by a program that runs there. */
import type { ChildProcess } from 'node:child_process';
import { CliError, EXIT } from '../errors';
import type { Kubectl } from '../kubectl';
import { translated } from '../kubectl-error';
import { Lines } from '../lines';
import { AGENT } from './agent';
import { PART, STATE_FILE } from './ignores';
import { isInside, SKIPPED } from './plan';

export interface RemoteOptions {
  readonly namespace: string;
  /** The Deployment of the notebook. */
  readonly deployment: string;
  /** In the container. */
  readonly directory: string;
}

/** Larger files are data: they would hold up all others. */
export const MOST_BYTES = 64 * 1024 * 1024;

/** In an error. */
const LONGEST_LINE = 100;

export interface RemoteFiles {
  readonly hashes: ReadonlyMap<string, string>;
  readonly executables: ReadonlySet<string>;
  readonly large: readonly string[];
}

export interface Answer {
  /** The file is not as it was seen. */
  readonly changed?: boolean;
  readonly gone?: boolean;
  /** Such as `ENOSPC`. */
  readonly error?: string;
  readonly message?: string;
  readonly content?: string;
  readonly hash?: string;
}

interface Scanned {
  readonly files: Readonly<Record<string, readonly [hash: string, isExecutable: boolean]>>;
  readonly large: readonly string[];
}

interface Greeting {
  readonly root: string;
  readonly base: Readonly<Record<string, string>>;
}

type Waiting = { readonly resolve: (answer: object) => void; readonly reject: (error: Error) => void };

export class RemoteFolder {
  /** Starts the program in the notebook. */
  public static async open(kubectl: Kubectl, { namespace, deployment, directory }: RemoteOptions): Promise<RemoteFolder> {
    const command = ['python3', '-u', '-c', AGENT, directory, JSON.stringify(SKIPPED), String(MOST_BYTES), STATE_FILE, PART];
    const args = ['exec', '--stdin', '--namespace', namespace, `deployment/${deployment}`, '--container', 'notebook', '--', ...command];
    const folder = new RemoteFolder(kubectl.spawn(args), args.slice(0, 5));
    folder.greeting = await folder.next() as Greeting;
    return folder;
  }

  private greeting: Greeting = { root: '', base: {} };
  private readonly waiting: Waiting[] = [];
  private complaint = '';
  private end?: Error;

  private constructor(private readonly child: ChildProcess, args: readonly string[]) {
    const lines = new Lines((line) => this.take(line));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { this.complaint += text; });
    child.stdin?.on('error', () => undefined); // the end of the process says why
    child.on('error', () => undefined);
    child.on('close', () => this.fail(endOf(this.complaint, args)));
  }

  /** Where it is in the container. */
  public get root(): string {
    return this.greeting.root;
  }

  /** What both sides had when a program such as this ended. */
  public get base(): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.greeting.base));
  }

  public async scan(): Promise<RemoteFiles> {
    const { files, large } = await this.ask({ do: 'scan' }) as Scanned;
    const inside = Object.entries(files).filter(([path]) => isInside(path));
    return {
      hashes: new Map(inside.map(([path, [hash]]) => [path, hash])),
      executables: new Set(inside.filter(([, [, isExecutable]]) => isExecutable).map(([path]) => path)),
      large: large.filter(isInside),
    };
  }

  public ask(request: object): Promise<Answer | Scanned> {
    const answer = this.next();
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    return answer as Promise<Answer | Scanned>;
  }

  public close(): void {
    this.child.kill();
  }

  private next(): Promise<object> {
    if (this.end) return Promise.reject(this.end);
    return new Promise((resolve, reject) => { this.waiting.push({ resolve, reject }); });
  }

  /** Each line is an answer; what else prints there would be taken for one. */
  private take(line: string): void {
    const answer = parsed(line);
    if (answer) {
      this.waiting.shift()?.resolve(answer);
      return;
    }
    this.fail(new CliError(`the notebook printed ${JSON.stringify(line.slice(0, LONGEST_LINE))} instead of an answer; `
      + 'take out what prints when python3 starts there, such as sitecustomize.py or a .pth file', EXIT.no));
    this.close();
  }

  private fail(error: Error): void {
    this.end ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

function parsed(line: string): object | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The connection has ended, as it does with the pod. */
export class ConnectionEnded extends Error {}

function endOf(complaint: string, args: readonly string[]): Error {
  if (/python3.*(not found|no such file)/i.test(complaint)) {
    return new CliError('the image of the notebook has no python3, which sync needs; use one that has it, such as the ready-made workbench', EXIT.no);
  }
  const isAbout = /cannot exec|forbidden|NotFound|Permission denied|Read-only/i.test(complaint);
  return isAbout ? translated(complaint, args) : new ConnectionEnded(complaint.trim() || 'the connection has ended');
}
