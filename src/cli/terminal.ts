/**
 * Where a command writes: results to stdout, everything else to stderr. Colours and progress are for a terminal only, and no control
 * character of others gets there.
 */
import { createColors } from 'picocolors';
import { harmless, harmlessJson } from './harmless';

/** What is used of a stream; of one that is not a terminal, `columns` and `rows` are missing. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export type Colours = ReturnType<typeof createColors>;

export interface TerminalOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_WIDTH = 80;
const CLEAR_LINE = '\r\u001b[K';

export class Terminal {
  /** For stdout. */
  public readonly colours: Colours;
  /** Columns of the terminal; 80 where the output goes to a file. */
  public readonly width: number;
  /** Rows of the terminal, or `undefined` where the output goes to a file. */
  public readonly rows?: number;
  private readonly errorColours: Colours;
  private hasProgress = false;

  constructor(private readonly options: TerminalOptions) {
    const { stdout, stderr, env } = options;
    this.colours = createColors(isColoured(stdout, env));
    this.errorColours = createColors(isColoured(stderr, env));
    this.width = (stdout.isTTY ? stdout.columns : undefined) ?? DEFAULT_WIDTH;
    this.rows = stdout.isTTY ? stdout.rows : undefined;
  }

  /** Whether a person looks at stdout. */
  public get isInteractive(): boolean {
    return this.options.stdout.isTTY === true;
  }

  /** A result. */
  public print(text: string): void {
    this.clearProgress();
    this.options.stdout.write(`${this.shown(text)}\n`);
  }

  /** A result for programs. */
  public printJson(value: unknown): void {
    this.print(harmlessJson(JSON.stringify(value, undefined, 2)));
  }

  /** Without a line break: what streams. */
  public write(text: string): void {
    this.draw(this.shown(text));
  }

  /** As it is, for what moves the cursor: texts of others go through `shown` first. */
  public draw(text: string): void {
    this.clearProgress();
    this.options.stdout.write(text);
  }

  /** As it comes to stdout: without the control characters of others. */
  public shown(text: string): string {
    return harmless(text, this.colours.isColorSupported);
  }

  /** Something to know that is not the result. */
  public note(text: string): void {
    this.clearProgress();
    this.options.stderr.write(`${harmless(text, this.errorColours.isColorSupported)}\n`);
  }

  public warn(text: string): void {
    this.note(`${this.errorColours.yellow('warning:')} ${text}`);
  }

  public error(text: string): void {
    this.note(`${this.errorColours.red('error:')} ${text}`);
  }

  /** What is being done right now: one line on stderr, which the next output replaces. Nothing where nobody looks. */
  public progress(text: string): void {
    const { stderr } = this.options;
    if (!stderr.isTTY) return;
    const room = (stderr.columns ?? DEFAULT_WIDTH) - 1;
    stderr.write(`${CLEAR_LINE}${this.errorColours.dim(harmless(text, false).replace(/\n/g, ' ').slice(0, room))}`);
    this.hasProgress = true;
  }

  public clearProgress(): void {
    if (this.hasProgress) this.options.stderr.write(CLEAR_LINE);
    this.hasProgress = false;
  }
}

/** https://no-color.org, https://force-color.org */
function isColoured({ isTTY }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: TerminalOptions['env']): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR && FORCE_COLOR !== '0') return true;
  return isTTY === true && TERM !== 'dumb';
}
