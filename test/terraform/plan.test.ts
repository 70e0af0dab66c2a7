/** What the providers themselves say of every stack, for whichever of their plugins is at hand (README.md beside this file). */
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../../scripts/examples';
import { everyOption } from './every-option';
import { canPlan, countOf, leaveOut, offline, providerOf } from './offline';
import type { Stack } from './offline';
import { isIn, pluginsIn, PROVIDERS } from './plugins';
import { terraformProgram, WorkingFolder } from './terraform';

const FOLDER = process.env.TERRAFORM_PLUGIN_DIR;
const PROGRAM = terraformProgram();
const PLUGINS = PROGRAM && FOLDER ? pluginsIn(FOLDER) : [];
const MISSING = PROVIDERS.filter((provider) => !PLUGINS.some((plugin) => plugin.provider === provider));

const notes: string[] = [];

function stacks(): { readonly name: string; readonly json: string }[] {
  const examples = TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].map(([name, json]) => ({ name: `${example.name}: ${name}`, json })));
  return [...examples, ...[...synthesizedStacks(everyOption)].map(([name, json]) => ({ name, json }))];
}

test('every option passes the validations of cdktf, and takes a range of versions of the provider', () => {
  const made = [...synthesizedStacks(everyOption).values()].map((json) => JSON.parse(json) as Stack);
  expect([...new Set(made.map(providerOf))].sort()).toEqual([...PROVIDERS].sort());
  for (const { terraform } of made) {
    for (const { version } of Object.values(terraform.required_providers)) expect(version).toMatch(/^>= \d+\.\d+\.\d+, < \d+\.0\.0$/);
  }
});

test.each([
  ['6.25.0', true], ['6.100.0', true], ['6.24.9', false], ['5.100.0', false], ['7.0.0', false],
])('whether %s is from 6.25.0 on and below 7.0.0: %s', (version, expected) => {
  expect(isIn('>= 6.25.0, < 7.0.0', version)).toBe(expected);
});

const ALL = PLUGINS.length > 0 ? stacks() : [];

for (const plugin of PLUGINS) {
  const ofPlugin = ALL.filter(({ json }) => providerOf(JSON.parse(json) as Stack) === plugin.provider);
  test.each(ofPlugin)(`${plugin.provider} takes $name`, ({ json }) => inFolder((folder) => {
    const { stack, version, isOutOfRange } = offline(json, plugin);
    folder.write(stack);
    expect(folder.init(FOLDER ?? '')).toMatchObject({ status: 0 });
    if (isOutOfRange) {
      notes.push(`${plugin.provider} ${version} is none of the versions that stacks take, and was used all the same`);
      notes.push(...leaveOut(stack, folder.validate()).map((argument) => `${plugin.provider} ${version} does not know ${argument}: left out`));
      folder.write(stack);
    }
    expect(folder.validate()).toEqual([]);
    if (!canPlan(plugin)) return;
    expect(folder.plan()).toMatchObject({ status: 0 });
    expect(folder.changes()).toEqual(Array(countOf(stack)).fill(['create']));
  }), 300_000);
}

for (const provider of MISSING) {
  test.skip(`${provider} takes its stacks`, () => undefined);
}

function inFolder(use: (folder: WorkingFolder) => void): void {
  const folder = new WorkingFolder(PROGRAM ?? '');
  try {
    use(folder);
  } finally {
    folder.remove();
  }
}

afterAll(() => {
  const why = [...PROGRAM ? [] : ['neither terraform nor tofu is here'], ...FOLDER ? [] : ['TERRAFORM_PLUGIN_DIR is not set']];
  const missing = [`no plugin of ${MISSING.join(', ')}: their stacks were not given to terraform`, ...why, 'see test/terraform/README.md'];
  if (MISSING.length > 0) notes.push(missing.join('; '));
  if (notes.length > 0) console.warn([...new Set(notes)].join('\n'));
});
