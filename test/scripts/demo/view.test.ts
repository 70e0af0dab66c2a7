import { age, changes, clock, cut, draw } from '../../../scripts/demo/view';
import type { Picture } from '../../../scripts/demo/view';
import { PLAIN, row, TAGS } from './fixtures';

const PICTURE: Picture = {
  title: 'Demo',
  elapsedMs: 65_000,
  rows: [
    row({ kind: 'Dataset', name: 'squad', state: 'ready', isReady: true, reason: 'Published', message: 'published to file:///a', progress: 3 }),
    row({}),
    row({ kind: 'Server', name: 'chat', state: 'waiting', reason: 'ModelNotReady', message: 'waiting for Model opt', progress: 0 }),
  ],
};

const ROLL = {
  server: 'chat',
  available: 1,
  chart: '▅▅▅',
  pods: [
    { name: 'chat-1', model: 'opt-old', state: 'ready' },
    { name: 'chat-2', model: 'opt-new', state: 'starting' },
  ],
} as const;

test('shows each resource with its state, progress, age, reason and message, in columns', () => {
  expect(draw(PICTURE, { width: 100, palette: PLAIN })).toEqual([
    '  Demo  1:05',
    '',
    '  READY  KIND     NAME          PROGRESS  AGE  REASON         MESSAGE',
    '  ● yes  Dataset  squad         ━━━━━━    7s   Published      published to file:///a',
    '  ◐ no   Model    opt-b9djmkfx  ━━┄┄┄┄    7s   Running        running',
    '  · no   Server   chat          ┄┄┄┄┄┄    7s   ModelNotReady  waiting for Model opt',
  ]);
});

test('shows a roll: how many replicas answer, and which pod serves which model', () => {
  expect(draw({ ...PICTURE, rows: [], roll: ROLL }, { width: 100, palette: PLAIN }).slice(-3)).toEqual([
    '  Server chat  ▅▅▅                       1 available',
    '  ├─  ●  chat-1  opt-old  ready',
    '  └─  ◐  chat-2  opt-new  starting',
  ]);
});

test.each([0, 1, 20, 43, 79])('no line is longer than a terminal of %i columns', (width) => {
  const lines = draw({ ...PICTURE, roll: ROLL }, { width, palette: PLAIN });
  expect(lines.filter((line) => line.length > width)).toEqual([]);
});

test('a message that is too long ends in an ellipsis', () => {
  expect(draw(PICTURE, { width: 70, palette: PLAIN })[3]).toBe('  ● yes  Dataset  squad         ━━━━━━    7s   Published      publish…');
});

test('a message of several lines is one', () => {
  const [, , , line] = draw({ ...PICTURE, rows: [row({ message: 'first\n  second' })] }, { width: 100, palette: PLAIN });
  expect(line).toMatch(/first second$/);
});

test('colours follow the state, and do not count as text', () => {
  const painted = draw(PICTURE, { width: 100, palette: TAGS });
  expect(painted[3]).toContain('<g>● yes</g>');
  expect(painted[4]).toContain('<y>◐ no </y>');
  expect(painted.map((line) => line.replace(/<[^>]+>/g, '').trimEnd())).toEqual(draw(PICTURE, { width: 100, palette: PLAIN }));
});

test('a server that rolls has the mark of what is ready, and a stalled resource its own', () => {
  const rows = [row({ isReady: true, reason: 'RollingOut' }), row({ state: 'stalled', reason: 'RunFailed' })];
  const lines = draw({ ...PICTURE, rows }, { width: 100, palette: TAGS });
  expect(lines[3]).toContain('<g>● yes</g>');
  expect(lines[4]).toContain('<r>✗ no </r>');
});

test('a time without a replica is red', () => {
  const chart = (roll: typeof ROLL | (Omit<typeof ROLL, 'chart'> & { chart: string })) => draw({ ...PICTURE, roll }, { width: 100, palette: TAGS }).find((line) => line.includes('Server chat'));
  expect(chart(ROLL)).toContain('<c>▅▅▅');
  expect(chart({ ...ROLL, chart: '▅▁▅' })).toContain('<r>▅▁▅');
});

test('what is at work turns', () => {
  const marks = [0, 250, 500, 750, 1000].map((elapsedMs) => draw({ ...PICTURE, elapsedMs }, { width: 100, palette: PLAIN })[4]?.trim()[0]);
  expect(marks).toEqual(['◐', '◓', '◑', '◒', '◐']);
});

test('a log gets a line for each resource with another reason, and none for a message', () => {
  const before = [row({ name: 'a' }), row({ name: 'b' }), row({ name: 'c' })];
  const after = [row({ name: 'a', message: 'still running', ageMs: 9000 }), row({ name: 'b', reason: 'Publishing', message: 'copying' }), row({ name: 'd', reason: '' })];
  expect(changes(before, after)).toEqual(['Model b  not Ready  Publishing  copying']);
});

test.each([[0, '0:00'], [59_999, '0:59'], [125_000, '2:05']])('%i ms on the clock are %s', (ms, text) => {
  expect(clock(ms)).toBe(text);
});

test.each([[999, '0s'], [119_000, '119s'], [125_000, '2m5s']])('%i ms of age are %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});

test.each([['abc', 3, 'abc'], ['abcd', 3, 'ab…'], ['abc', 0, '']])('%s in %i columns is %s', (text, width, shown) => {
  expect(cut(text, width)).toBe(shown);
});
