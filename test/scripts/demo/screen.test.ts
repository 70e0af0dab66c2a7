import { Screen } from '../../../scripts/demo/screen';
import type { Picture } from '../../../scripts/demo/view';
import { row } from './fixtures';

interface TerminalOptions {
  readonly isTTY?: boolean;
  readonly noColor?: boolean;
  readonly rows?: number;
}

function screenOn({ isTTY = true, noColor = false, rows = 24 }: TerminalOptions = {}) {
  const written: string[] = [];
  const output = { write: (text: string | Uint8Array) => written.push(String(text)) > 0, ...(isTTY && { isTTY, columns: 100, rows }) };
  return { screen: new Screen({ output, noColor, elapsedMs: () => 1234 }), written };
}

function picture(reason: string): Picture {
  return { title: 'Demo', elapsedMs: 0, rows: [row({ reason })] };
}

/** What a terminal shows after all of it: cursor movements as the screen uses them, without colours. */
function seen(written: readonly string[]): string[] {
  const lines: string[] = [];
  let cursor = 0;
  const text = written.join('').replace(/\u001b\[(\?25[hl]|\d*m|K)|\r/g, '');
  for (const [, up, line] of text.matchAll(/\u001b\[(\d+)A|\u001b\[J|([^\n\u001b]*)\n/g)) {
    if (up !== undefined) cursor -= Number(up);
    else if (line === undefined) lines.length = cursor;
    else lines[cursor++] = line;
  }
  return lines;
}

test('a picture on a terminal replaces the one before it', () => {
  const { screen, written } = screenOn();
  screen.show(picture('Running'));
  screen.show(picture('Publishing'));
  const lines = seen(written);
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain('Publishing');
});

test('what is said stays above the picture', () => {
  const { screen, written } = screenOn();
  screen.say('starting');
  screen.show(picture('Running'));
  screen.say('applied');
  const lines = seen(written);
  expect(lines.slice(0, 3)).toEqual(['   1.2 s  starting', '   1.2 s  applied', '  Demo  0:00']);
  expect(lines).toHaveLength(6);
});

test('a picture is no higher than the terminal, or it could not be replaced', () => {
  const { screen, written } = screenOn({ rows: 4 });
  screen.show(picture('Running'));
  screen.show(picture('Publishing'));
  expect(seen(written)).toHaveLength(3);
});

test('after its release the picture stays, the cursor is back, and what is said comes below', () => {
  const { screen, written } = screenOn();
  screen.show(picture('Running'));
  screen.release();
  screen.show(picture('Publishing'));
  screen.print(['done']);
  const lines = seen(written);
  expect(lines[3]).toContain('Running');
  expect(lines.slice(4)).toEqual(['done']);
  expect(written.join('').lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.join('').lastIndexOf('\u001b[?25l'));
});

test('what is no terminal gets a line for each change, and no escape sequence', () => {
  const { screen, written } = screenOn({ isTTY: false });
  screen.say('starting');
  screen.show(picture('Running'));
  screen.show(picture('Running'));
  screen.show(picture('Publishing'));
  screen.release();
  expect(written).toEqual([
    '   1.2 s  starting\n',
    '   1.2 s  Model opt-b9djmkfx  not Ready  Running  running\n',
    '   1.2 s  Model opt-b9djmkfx  not Ready  Publishing  running\n',
  ]);
});

test('there are colours on a terminal, unless NO_COLOR is set', () => {
  const [coloured, plain] = [screenOn(), screenOn({ noColor: true })];
  for (const { screen } of [coloured, plain]) screen.show(picture('Running'));
  expect(coloured.written.join('')).toContain('\u001b[33m');
  expect(plain.written.join('')).not.toMatch(/\u001b\[\d+m/);
});
