import { isDns1035Label, isDns1123Label, isEnvName, nearest, paramVariable } from '../../src/api/names';
import { GPUS } from '../../src/catalog/gpus';
import { randomText, seeded } from '../expand/fixtures';

const LONG = 'a'.repeat(63);

test.each(['a', 'opt-125m', '7b', 'a--b', LONG])('%s is a name of an object', (name) => {
  expect(isDns1123Label(name)).toBe(true);
});

test.each(['', '-a', 'a-', 'A', 'a.b', 'a_b', 'ü', 'a\n', `${LONG}a`])('%j is no name of an object', (name) => {
  expect(isDns1123Label(name)).toBe(false);
});

test('the name of a Service also begins with a letter', () => {
  expect([isDns1035Label('chat-7b'), isDns1035Label('7b-chat'), isDns1035Label('chat\n')]).toEqual([true, false, false]);
});

test('the name of a variable has letters, digits and _, and does not begin with a digit', () => {
  expect(['HF_TOKEN', '_x', 'a1'].filter((name) => !isEnvName(name))).toEqual([]);
  expect(['', '1a', 'a-b', 'a b', 'ü', 'A\n'].filter(isEnvName)).toEqual([]);
});

test('a param goes into the variable of its name in capitals', () => {
  expect(paramVariable('num_train_epochs')).toBe('PARAM_NUM_TRAIN_EPOCHS');
});

const NAMES = GPUS.map(({ name }) => name);

test.each([
  ['nvidia-l5', 'nvidia-l4'], ['l4', 'nvidia-l4'], ['L40S', 'nvidia-l40s'], ['A100', 'nvidia-a100'], ['nvidia_h100', 'nvidia-h100'], ['NVIDIA-T4', 'nvidia-t4'],
])('the nearest to %s is %s', (name, expected) => {
  expect(nearest(name, NAMES)).toBe(expected);
});

test('nothing is near to what is like nothing', () => {
  expect(nearest('zzzzzzzzzzzzzzzz', NAMES)).toBeUndefined();
  expect(nearest('', NAMES)).toBeUndefined();
  expect(nearest('nvidia-l4', [])).toBeUndefined();
});

test('a name with one letter wrong is near to a name that is not further from it', () => {
  const random = seeded(4);
  for (const name of NAMES) {
    const at = Math.floor(random() * name.length);
    const typo = name.slice(0, at) + randomText(random, ['#'], 1) + name.slice(at + 1);
    const found = nearest(typo, NAMES) ?? '';
    expect([...found].filter((letter, index) => letter !== typo[index]).length).toBe(1);
  }
});
