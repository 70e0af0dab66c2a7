import { givenKeyProblem, isWholeKey, newKey } from '../../../src/cli/keys/key';

test('a key begins as scanners know it, and has 256 random bits and a checksum', () => {
  const keys = Array.from({ length: 200 }, () => newKey('team-a'));
  expect(new Set(keys).size).toBe(200);
  for (const key of keys) expect(key).toMatch(/^sk-team-a-[0-9A-Za-z]{49}$/);
  expect(keys.every(isWholeKey)).toBe(true);
});

test('every digit is used everywhere but at the first place, which has fewer', () => {
  const keys = Array.from({ length: 2000 }, () => newKey('a').slice('sk-a-'.length));
  const digitsAt = (place: number): number => new Set(keys.map((key) => key[place])).size;
  expect(digitsAt(0)).toBeGreaterThan(1);
  for (let place = 1; place < 49; place += 1) expect(digitsAt(place)).toBe(62);
});

test('a key that is cut or misspelt is told', () => {
  const key = newKey('team-a');
  const flipped = `${key.slice(0, 20)}${key[20] === 'x' ? 'y' : 'x'}${key.slice(21)}`;
  expect([key.slice(0, -1), flipped, key.replace('team-a', 'team-b'), '', 'sk-'].map(isWholeKey)).toEqual([false, false, false, false, false]);
});

test.each([
  ['', 'no key came on stdin'],
  ['a b'.repeat(20), 'the key on stdin has blanks, line breaks or other characters that no header takes'],
  ['short', 'the key on stdin has 5 characters, which can be guessed; take 32 or more that are random'],
  ['0123456789abcdef0123456789abcdef', undefined],
])('of a key that was made elsewhere: %s', (text, problem) => expect(givenKeyProblem(text)).toBe(problem));
