/**
 * The part of YAML that kubeconfig files are written in: nested mappings and sequences, scalars plain, quoted or in blocks, empty
 * `{}` and `[]`, comments; and JSON. Anything else is an error, never a guess.
 */

/** A parsed value. */
export type Yaml = string | null | Yaml[] | { [key: string]: Yaml };

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'[\]{},#&*!|>%@`-][^:]*?|-[^\s:][^:]*?)\s*:(?:\s+(.*))?$/;
const UNSUPPORTED = /^[&*!@`%]/;
const BLOCK_SCALAR = /^([|>])[-+]?$/;

/** Parses `text`; scalars are strings whatever they look like, and an absent value is null. */
export function parseYaml(text: string): Yaml {
  if (/^\s*[{[]/.test(text)) return JSON.parse(text) as Yaml;
  return new Parser(text).document();
}

class Parser {
  private readonly lines: Line[];
  private position = 0;

  constructor(text: string) {
    this.lines = text.split(/\r?\n/).map((line, index) => ({
      number: index + 1,
      indent: line.length - line.trimStart().length,
      text: line.trim(),
    }));
  }

  public document(): Yaml {
    if (this.peek()?.text === '---') this.position++;
    const first = this.peek();
    const value = first ? this.block(first.indent) : null;
    const rest = this.peek();
    if (rest) throw problem(rest, 'is not part of the mapping or sequence before it');
    return value;
  }

  /** The next line that says something. */
  private peek(): Line | undefined {
    while (isBlank(this.lines[this.position])) this.position++;
    return this.lines[this.position];
  }

  private block(indent: number): Yaml {
    const line = this.peek();
    return line && isItem(line) ? this.sequence(indent) : this.mapping(indent);
  }

  private sequence(indent: number): Yaml[] {
    const items: Yaml[] = [];
    for (let line = this.peek(); line?.indent === indent && isItem(line); line = this.peek()) {
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.position++;
        items.push(this.nested(indent + 1));
      } else {
        // What follows the dash is a line of its own, further in.
        const inner = { number: line.number, indent: indent + line.text.length - rest.length, text: rest };
        this.lines[this.position] = inner;
        items.push(KEY.test(rest) || isItem(inner) ? this.block(inner.indent) : this.scalarLine(inner));
      }
    }
    return items;
  }

  private mapping(indent: number): Yaml {
    const result: { [key: string]: Yaml } = {};
    for (let line = this.peek(); line?.indent === indent && !isItem(line); line = this.peek()) {
      const [, key = '', value = ''] = KEY.exec(line.text) ?? [];
      if (key === '') throw problem(line, 'is not of the form "key: value"');
      this.position++;
      result[String(scalar(key, line))] = this.value(stripComment(value), line);
    }
    return result;
  }

  private value(text: string, line: Line): Yaml {
    const style = BLOCK_SCALAR.exec(text)?.[1];
    if (style) return this.blockScalar(line.indent, style === '|' ? '\n' : ' ');
    if (text !== '') return scalar(text, line);
    const next = this.peek();
    return next && isItem(next) && next.indent === line.indent ? this.sequence(line.indent) : this.nested(line.indent + 1);
  }

  /** What is on the lines below, if they are at least that far in. */
  private nested(minIndent: number): Yaml {
    const next = this.peek();
    return next && next.indent >= minIndent ? this.block(next.indent) : null;
  }

  private scalarLine(line: Line): Yaml {
    this.position++;
    return scalar(stripComment(line.text), line);
  }

  private blockScalar(parentIndent: number, joint: string): string {
    const texts: string[] = [];
    for (let line = this.lines[this.position]; line && (line.text === '' || line.indent > parentIndent); line = this.lines[this.position]) {
      texts.push(line.text);
      this.position++;
    }
    return texts.join(joint).trimEnd();
  }
}

function isBlank(line: Line | undefined): boolean {
  return line !== undefined && (line.text === '' || line.text.startsWith('#'));
}

function isItem({ text }: Line): boolean {
  return text === '-' || text.startsWith('- ');
}

function stripComment(text: string): string {
  if (text.startsWith('"') || text.startsWith('\'')) return text.replace(/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s+#.*$/, '$1');
  return text.replace(/(^|\s+)#.*$/, '');
}

function scalar(text: string, line: Line): Yaml {
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (text === '~' || text === 'null') return null;
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return JSON.parse(text) as string;
  if (/^'(?:[^']|'')*'$/.test(text)) return text.slice(1, -1).replace(/''/g, '\'');
  if (UNSUPPORTED.test(text) || /^["'{[|>]/.test(text)) throw problem(line, 'uses YAML that a kubeconfig has no need of');
  return text;
}

function problem({ number, text }: Line, what: string): Error {
  return new Error(`line ${number} ${what}: ${text.slice(0, 40)}`);
}
