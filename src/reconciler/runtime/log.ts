import { SYSTEM_CLOCK } from '../clock';
import type { Clock } from '../clock';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a line says besides its message. Never an object: a dump would say more than it should. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface LogOptions {
  /**
   * The least level that is written.
   *
   * @default 'info'
   */
  readonly level?: LogLevel;

  /**
   * Takes each line, newline included.
   *
   * @default - standard output
   */
  readonly write?: (line: string) => void;

  readonly clock?: Clock;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const MAX_TEXT_LENGTH = 2000;

/** Writes one JSON object a line: `ts`, `level`, `msg`, then fields. */
export class Log {
  private readonly options: Required<LogOptions>;

  constructor({ level = 'info', write = toStandardOutput, clock = SYSTEM_CLOCK }: LogOptions = {}, private readonly fields: LogFields = {}) {
    this.options = { level, write, clock };
  }

  /** A log whose every line has `fields`, too. */
  public with(fields: LogFields): Log {
    return new Log(this.options, { ...this.fields, ...fields });
  }

  public debug(msg: string, fields?: LogFields): void {
    this.line('debug', msg, fields);
  }

  public info(msg: string, fields?: LogFields): void {
    this.line('info', msg, fields);
  }

  public warn(msg: string, fields?: LogFields): void {
    this.line('warn', msg, fields);
  }

  public error(msg: string, fields?: LogFields): void {
    this.line('error', msg, fields);
  }

  private line(level: LogLevel, msg: string, fields: LogFields = {}): void {
    if (SEVERITY[level] < SEVERITY[this.options.level]) return;
    const line: Record<string, unknown> = { ts: this.options.clock.date().toISOString(), level, msg: shown(msg) };
    for (const [name, value] of Object.entries({ ...this.fields, ...fields })) {
      if (value !== undefined && !(name in line)) line[name] = shown(value);
    }
    this.options.write(`${JSON.stringify(line)}\n`);
  }
}

/** What a log may say of something that was thrown. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  const { name, message } = (error ?? {}) as Partial<Error>; // not only instances of Error: Node's own may be of another realm
  return [message, name].find((text) => typeof text === 'string' && text !== '') ?? `a thrown ${error === null ? 'null' : typeof error}`;
}

function shown(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return `[${typeof value}]`;
  return value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value;
}

function toStandardOutput(line: string): void {
  process.stdout.write(line);
}
