/** One program of the cluster, as a process that a test may stop, freeze or kill. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';

export interface ComponentOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly directory: string;
  /** The file for its output, which is appended to. */
  readonly log: string;
  /** Called whenever the process is another. */
  readonly onChange: () => void;
}

/** How much of a log an error shows. */
const LAST_WORDS = 2000;

export class Component {
  public readonly name: string;
  public readonly log: string;
  private child?: ChildProcess;
  private end: Promise<void> = Promise.resolve();

  constructor(private readonly options: ComponentOptions) {
    this.name = options.name;
    this.log = options.log;
  }

  /** The process, while it runs. */
  public get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  public get isRunning(): boolean {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** How it ended: its exit status or the signal; undefined while it runs. */
  public get ending(): number | NodeJS.Signals | undefined {
    return this.child?.exitCode ?? this.child?.signalCode ?? undefined;
  }

  /** Starts it, with the flags that it had before. In a process group of its own, so that Ctrl-C leaves the order of stopping to us. */
  public start(): void {
    const { command: [file = '', ...args], env, directory, log, onChange } = this.options;
    const output = fs.openSync(log, 'a');
    const child = spawn(file, args, { env, cwd: directory, detached: true, stdio: ['ignore', output, output] });
    fs.closeSync(output);
    this.child = child;
    this.end = new Promise((resolve) => {
      child.on('error', (error) => {
        fs.appendFileSync(log, `${error.message}\n`);
        resolve();
      });
      child.on('exit', () => resolve());
    });
    onChange();
  }

  /** Sends `signal` and waits for the end. A frozen process ends too, by SIGKILL. */
  public async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.isRunning) this.child?.kill(signal);
    await this.end;
    this.options.onChange();
  }

  public async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.kill(signal);
    this.start();
  }

  /** Stops it without an end: its connections stay open, and nothing is answered. */
  public freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  public thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** The end of its log. */
  public lastWords(): string {
    return fs.existsSync(this.log) ? fs.readFileSync(this.log, 'utf8').slice(-LAST_WORDS) : '';
  }
}
