/** The status as it changes: a picture where a person looks, else a line for each change. */
import type { Stored } from '../cluster/stored';
import type { Context } from '../command';
import { Screen } from '../screen';
import { rowsOf } from './row';
import type { Row } from './row';
import { changes, statusText } from './view';

export interface LiveOptions {
  readonly context: Context;
  readonly isJson: boolean;
  /** What to show of it. */
  readonly isShown: (row: Row) => boolean;
  /** What to say where there is nothing. */
  readonly empty: string;
}

const REDRAW_MS = 100;
const AGES_MS = 1000;

export class LiveStatus {
  private readonly screen: Screen;
  private resources: readonly Stored[] = [];
  private shown: readonly Row[] = [];
  private due?: NodeJS.Timeout;
  private ages?: NodeJS.Timeout;

  constructor(private readonly options: LiveOptions) {
    const { context: { terminal } } = options;
    this.screen = new Screen(terminal);
    if (terminal.isInteractive && !options.isJson) this.ages = setInterval(() => this.draw(), AGES_MS);
  }

  /** Shown soon, with whatever else changes until then. */
  public change(resources: readonly Stored[]): void {
    this.resources = resources;
    this.due ??= setTimeout(() => this.draw(), REDRAW_MS);
  }

  public end(): void {
    clearInterval(this.ages);
    clearTimeout(this.due);
  }

  private draw(): void {
    this.due = undefined;
    const { context: { terminal, now }, isJson, isShown, empty } = this.options;
    const rows = rowsOf(this.resources, now()).filter(isShown);
    if (isJson) for (const row of changedRows(this.shown, rows)) terminal.print(JSON.stringify(row));
    else if (terminal.isInteractive) this.screen.show(rows.length > 0 ? statusText(rows, terminal) : empty);
    else for (const line of changes(this.shown, rows)) terminal.print(line);
    this.shown = rows;
  }
}

/** Those that are not as they were; age does not count. */
function changedRows(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const ageless = (row: Row): string => JSON.stringify({ ...row, ageSeconds: 0 });
  const known = new Set(before.map(ageless));
  return after.filter((row) => !known.has(ageless(row)));
}
