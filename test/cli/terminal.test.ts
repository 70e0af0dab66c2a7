/** What pods and manifests say comes to the terminal as text. */
import { Screen } from '../../src/cli/screen';
import { Terminal } from '../../src/cli/terminal';

const CLIPBOARD = '\u001b]52;c;cm0gLXJmIH4=\u0007';
const EVIL = `a${CLIPBOARD}b\u001b[2Jc\u009b1Ad\u0000e\rf\u007f`;
const SHOWN = 'a\ufffd]52;c;cm0gLXJmIH4=\ufffdb\ufffd[2Jc\ufffd1Ad\ufffde\ufffdf\ufffd';

function written(use: (terminal: Terminal) => void, isTTY = false): string {
  let all = '';
  const stream = { isTTY, columns: 80, rows: 24, write: (text: string) => { all += text; } };
  use(new Terminal({ stdout: stream, stderr: stream, env: {} }));
  return all;
}

test.each<[string, (terminal: Terminal) => void, string]>([
  ['print', (terminal) => terminal.print(EVIL), `${SHOWN}\n`],
  ['write', (terminal) => terminal.write(EVIL), SHOWN],
  ['note', (terminal) => terminal.note(EVIL), `${SHOWN}\n`],
  ['warn', (terminal) => terminal.warn(EVIL), `warning: ${SHOWN}\n`],
  ['error', (terminal) => terminal.error(EVIL), `error: ${SHOWN}\n`],
])('%s shows control characters as what they are', (_, use, shown) => {
  expect(written(use)).toBe(shown);
  // eslint-disable-next-line no-control-regex
  expect(written(use, true).replace(/\u001b\[[0-9;]*m/g, '')).toBe(shown);
});

test('progress is one line without them', () => {
  expect(written((terminal) => terminal.progress(`${EVIL}\nx`), true)).toBe(`\r\u001b[K\u001b[2m${SHOWN} x\u001b[22m`);
});

test('a picture that is drawn in place has only its own', () => {
  const all = written((terminal) => {
    const screen = new Screen(terminal);
    screen.show(EVIL);
    screen.show('b');
  }, true);
  expect(all).toBe(`\r${SHOWN}\u001b[K\n\u001b[J\u001b[1A\rb\u001b[K\n\u001b[J`);
});

test('colours are shown where there are any, and are left out elsewhere', () => {
  const text = 'a\u001b[1;31mb\u001b[0m\r\n\tc\r';
  expect(written((terminal) => terminal.print(text), true)).toBe('a\u001b[1;31mb\u001b[0m\n\tc\n');
  expect(written((terminal) => terminal.print(text))).toBe('ab\n\tc\n');
});

test('what is left when colours are taken out makes no other', () => {
  expect(written((terminal) => terminal.print('\u001b\u001b[0m[2J'))).toBe('\ufffd[2J\n');
});

test('JSON has the same value', () => {
  const text = written((terminal) => terminal.printJson({ EVIL }));
  expect(JSON.parse(text)).toEqual({ EVIL });
  expect(text).not.toMatch(/[^\n\u0020-\u007e]/);
});
