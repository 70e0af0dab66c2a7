/** The picture of the demo: a state in, lines out. Pure. */
import { STEPS } from './row';
import type { Row, State } from './row';

export interface ServingPod {
  readonly name: string;
  /** Name of the model that it has mounted. */
  readonly model: string;
  readonly state: 'starting' | 'ready' | 'ending';
}

/** A server that rolls. */
export interface Roll {
  readonly server: string;
  readonly available: number;
  /** How many replicas were available, from the beginning of the roll. */
  readonly chart: string;
  readonly pods: readonly ServingPod[];
}

export interface Picture {
  readonly title: string;
  readonly elapsedMs: number;
  readonly rows: readonly Row[];
  readonly roll?: Roll;
}

export type Paint = (text: string) => string;

/** How a kind of text looks; nothing changes its length. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly red: Paint;
  readonly cyan: Paint;
}

export interface Canvas {
  /** Columns of the terminal. */
  readonly width: number;
  readonly palette: Palette;
}

interface Cell {
  readonly text: string;
  readonly paint: Paint;
}

interface Brush {
  readonly palette: Palette;
  /** Of what is at work. */
  readonly spinner: string;
}

export const CHART_WIDTH = 24;
const GAP = '  ';
const MARGIN = '  ';
const READY = '●';
const SPINNER = ['◐', '◓', '◑', '◒'];
const SPIN_MS = 250;
const HEADINGS = ['READY', 'KIND', 'NAME', 'PROGRESS', 'AGE', 'REASON', 'MESSAGE'];
const BAR_CELLS = 2;

export function draw({ title, elapsedMs, rows, roll }: Picture, { width, palette }: Canvas): string[] {
  const spinner = SPINNER[Math.floor(elapsedMs / SPIN_MS) % SPINNER.length] ?? '';
  const brush = { palette, spinner };
  const body = rows.map((row) => cells(row, brush));
  const heading = HEADINGS.map((text) => ({ text, paint: palette.dim }));
  const lines = [
    [{ text: title, paint: palette.bold }, { text: clock(elapsedMs), paint: palette.dim }],
    [],
    ...aligned([heading, ...body]),
    ...(roll ? [[], ...rollCells(roll, brush)] : []),
  ];
  return lines.map((line) => fitted(line, width));
}

/** Lines for a reader who cannot see a picture: what has another state or reason than before. Messages change too often for that. */
export function changes(before: readonly Row[], after: readonly Row[]): string[] {
  const known = new Set(before.map(situation));
  return after.filter((row) => row.reason !== '' && !known.has(situation(row))).map(words);
}

/** `1:05` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** As kubectl writes ages: `7s`, `2m5s`. */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 120 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** No longer than `width`; what is left out ends in `…`. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width > 0 ? `${text.slice(0, width - 1)}…` : '';
}

function cells(row: Row, { palette, spinner }: Brush): Cell[] {
  const { kind, name, state, isReady, reason, message, ageMs, progress } = row;
  const paint = paintOf(state, palette);
  const done = progress * BAR_CELLS;
  const mark = isReady ? READY : { waiting: '·', working: spinner, ready: READY, stalled: '✗' }[state];
  return [
    { text: `${mark} ${isReady ? 'yes' : 'no'}`, paint: isReady ? palette.green : paint }, // a server that rolls is Ready all the while
    { text: kind, paint: plain },
    { text: name, paint: palette.bold },
    { text: '━'.repeat(done) + '┄'.repeat(STEPS * BAR_CELLS - done), paint },
    { text: age(ageMs), paint: palette.dim },
    { text: reason, paint },
    { text: message.replace(/\s+/g, ' '), paint: palette.dim },
  ];
}

function paintOf(state: State, { green, yellow, red, dim }: Palette): Paint {
  return { waiting: dim, working: yellow, ready: green, stalled: red }[state];
}

function rollCells({ server, available, chart, pods }: Roll, { palette, spinner }: Brush): Cell[][] {
  const { bold, dim, green, red, cyan } = palette;
  return [
    [
      { text: `Server ${server}`, paint: bold },
      { text: chart.padEnd(CHART_WIDTH), paint: chart.includes('▁') ? red : cyan },
      { text: `${available} available`, paint: available > 0 ? green : red },
    ],
    ...aligned(pods.map(({ name, model, state }, index) => [
      { text: index === pods.length - 1 ? '└─' : '├─', paint: dim },
      { text: { starting: spinner, ready: READY, ending: '○' }[state], paint: podPaint(state, palette) },
      { text: name, paint: plain },
      { text: model, paint: dim },
      { text: state, paint: podPaint(state, palette) },
    ])),
  ];
}

function podPaint(state: ServingPod['state'], { green, yellow, dim }: Palette): Paint {
  return { starting: yellow, ready: green, ending: dim }[state];
}

/** Columns as wide as what is in them. The last one is as it is. */
function aligned(rows: readonly (readonly Cell[])[]): Cell[][] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.text.length ?? 0)));
  const padded = ({ text, paint }: Cell, column: number): Cell => ({ text: text.padEnd(widths[column] ?? 0), paint });
  return rows.map((row) => [...row.slice(0, -1).map(padded), ...row.slice(-1)]);
}

/** Painted only once it is cut, so that no colour is cut in two. */
function fitted(line: readonly Cell[], width: number): string {
  let left = width - MARGIN.length;
  const parts: string[] = [];
  for (const { text, paint } of line) {
    if (left <= 0) break;
    const shown = cut(text, left);
    parts.push(shown === '' ? '' : paint(shown));
    left -= shown.length + GAP.length;
  }
  return (parts.length > 0 ? MARGIN + parts.join(GAP) : '').trimEnd();
}

function situation({ kind, name, state, isReady, reason }: Row): string {
  return JSON.stringify([kind, name, state, isReady, reason]);
}

function words({ kind, name, isReady, reason, message }: Row): string {
  return `${kind} ${name}  ${isReady ? 'Ready' : 'not Ready'}  ${reason}  ${message}`;
}

function plain(text: string): string {
  return text;
}
