import { environment } from '../../src/expand/env';
import { randomText, seeded } from './fixtures';

function valuesOf(env: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(environment({ env }).map(({ name, value }) => [name, value]));
}

/** What a container sees of a value: Kubernetes' own expansion, k8s.io/kubernetes/third_party/forked/golang/expansion. */
function expanded(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$|\(([^)]*)\))/g, (whole, what: string, name: string) => (what === '$' ? '$' : variables[name] ?? whole));
}

test('variables are sorted by name, wherever they come from', () => {
  const names = environment({ env: { Z: '1', A: '1', b: '1' }, params: { q: 1, Y: 2 } }).map(({ name }) => name);
  expect(names).toEqual(['A', 'PARAM_Q', 'PARAM_Y', 'Z', 'b']);
});

test('the order in which they were written does not matter', () => {
  expect(environment({ env: { B: '1', A: '2' }, params: { y: 1, x: 2 } })).toEqual(environment({ params: { x: 2, y: 1 }, env: { A: '2', B: '1' } }));
});

test('a param is in the variable of its name in capitals, as a text', () => {
  expect(environment({ params: { epochs: 3, name: 'opt' } })).toEqual([{ name: 'PARAM_EPOCHS', value: '3' }, { name: 'PARAM_NAME', value: 'opt' }]);
});

test('env says otherwise where it names the variable of a param', () => {
  expect(environment({ params: { epochs: 3 }, env: { PARAM_EPOCHS: '4' } })).toEqual([{ name: 'PARAM_EPOCHS', value: '4' }]);
});

test('two params that are one variable are an error', () => {
  expect(() => environment({ params: { lr: 1, LR: 2 } })).toThrow('params lr and LR are both PARAM_LR in the environment; rename one');
});

test('a param that cannot be a variable is an error', () => {
  expect(() => environment({ params: { 'a b': 1 } })).toThrow(
    'param a b cannot be the environment variable PARAM_A B; use letters, digits and _ in its name',
  );
});

test('a name that cannot be a variable is an error', () => {
  expect(() => environment({ env: { '1A': 'x' } })).toThrow('env 1A is not a name of an environment variable; use letters, digits and _');
  expect(() => environment({ env: { A: 'x\0' } })).toThrow('env A has a NUL character, which no environment variable can hold; leave it out');
  expect(() => environment({ params: { a: 'x\0' } })).toThrow('param a has a NUL character, which no environment variable can hold; leave it out');
});

test('a secret expression is a reference, never a literal', () => {
  expect(environment({ env: { TOKEN: '${{ secrets.hf.token }}' } })).toEqual([
    { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'hf', key: 'token' } } },
  ]);
});

test.each([
  ['Bearer ${{ secrets.a.b }}', 'env TOKEN has text around the expression; the value must be the expression alone'],
  ['${{ secrets.a.b }}${{ secrets.c.d }}', 'env TOKEN holds several expressions; use one variable for each'],
  ['${{ secrets.a }}', 'env TOKEN is not a secret expression; write ${{ secrets.<name>.<key> }}'],
])('%s is an error', (value, message) => {
  expect(() => environment({ env: { TOKEN: value } })).toThrow(message);
});

test('a secret expression in a param is a text, for only env knows them', () => {
  expect(environment({ params: { a: '${{ secrets.a.b }}' } })).toEqual([{ name: 'PARAM_A', value: '${{ secrets.a.b }}' }]);
});

test('what Kubernetes would expand is escaped, and nothing else', () => {
  expect(valuesOf({ A: '$(HOME)', B: '$HOME', C: '$5', D: 'a$$b', E: '$$(HOME)', F: '$' })).toEqual({
    A: '$$(HOME)', B: '$HOME', C: '$5', D: 'a$$$$b', E: '$$$$(HOME)', F: '$',
  });
});

test('the program sees every value as its author wrote it', () => {
  const random = seeded(6);
  for (let attempt = 0; attempt < 3000; attempt++) {
    const text = randomText(random, ['$', '(', ')', 'HOME', 'a', '{'], Math.floor(random() * 8));
    const [variable] = environment({ params: { text } });
    expect(expanded(variable?.value ?? '', { HOME: '/root' })).toBe(text);
  }
});

describe('B8: environment outside the recipe', () => {
  test('runtimeEnv is written as env is, and sorted among it', () => {
    expect(environment({ env: { B: '1' }, runtimeEnv: { A: '${{ secrets.x.y }}', C: '$(HOME)' } })).toEqual([
      { name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } }, { name: 'B', value: '1' }, { name: 'C', value: '$$(HOME)' },
    ]);
  });

  test.each([
    [{ env: { A: '1' }, runtimeEnv: { A: '1' } }, 'runtimeEnv A is in env too; leave it out of env if it changes no result, else out of runtimeEnv'],
    [{ params: { lr: '1' }, runtimeEnv: { PARAM_LR: '2' } }, 'runtimeEnv PARAM_LR is the variable of param lr; change the param instead'],
    [{ runtimeEnv: { 'a b': '1' } }, 'runtimeEnv a b is not a name of an environment variable; use letters, digits and _'],
    [{ runtimeEnv: { A: '${{ secrets.x }}' } }, 'runtimeEnv A is not a secret expression; write ${{ secrets.<name>.<key> }}'],
  ])('fails where it would change what the recipe says, or cannot be: %j', (spec, message) => {
    expect(() => environment(spec)).toThrow(message);
  });
});
