/** Figures beside their budgets. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import budgets from './budgets.json';
import type { Figures } from './phases';

interface Budget {
  readonly figure: string;
  readonly what: string;
  readonly unit: string;
  /** The most that it may be; none for what is only to be known. */
  readonly limit?: number;
}

const BUDGETS: readonly Budget[] = budgets;
const README = path.join(__dirname, 'README.md');
const TABLE = /(<!-- figures -->\n)[^]*?(<!-- \/figures -->)/;

/** A table in Markdown. */
export function report(figures: Figures, conditions: string): string {
  const rows = BUDGETS.map(({ figure, what, unit, limit }) => {
    const value = valueOf(figures, figure);
    const verdict = limit === undefined ? '' : value <= limit ? 'kept' : 'exceeded';
    return `| ${what} | ${amount(value, unit)} | ${limit === undefined ? '' : amount(limit, unit)} | ${verdict} |`;
  });
  return [conditions, '', '| what | measured | budget | |', '|---|---|---|---|', ...rows].join('\n');
}

/** What is over its budget, or was not measured. */
export function exceeded(figures: Figures): readonly string[] {
  return BUDGETS.filter(({ figure, limit }) => limit !== undefined && !(valueOf(figures, figure) <= limit)).map(({ what }) => what);
}

export function writeReadme(figures: Figures, conditions: string): void {
  const text = fs.readFileSync(README, 'utf8');
  if (!TABLE.test(text)) throw new Error(`${README} has no place for the figures; it is between <!-- figures --> and <!-- /figures -->`);
  fs.writeFileSync(README, text.replace(TABLE, (_, begin: string, end: string) => `${begin}${report(figures, conditions)}\n${end}`));
}

function valueOf(figures: Figures, name: string): number {
  return figures[name] ?? Number.NaN;
}

function amount(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`.trim();
}
