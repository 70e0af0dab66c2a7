/** The AWS stacks applied, as far as moto is AWS (README.md beside this file). Skipped where its server or the plugin is not at hand. */
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../../scripts/examples';
import { AWS_GROUND, everyOption } from './every-option';
import { motoPrograms, NOT_KEPT_BY_MOTO } from './moto';
import { MotoStack } from './moto-stack';
import { countOf, providerOf } from './offline';
import type { Stack } from './offline';

const PROGRAMS = motoPrograms();
/** Whether a stack refers to clusters, networks or keys that are not its own. */
function isOnGround({ name, json }: { readonly name: string; readonly json: string }): boolean {
  return name.includes('existing') || Object.values(AWS_GROUND).some((id) => json.includes(id));
}

function stacks(): { readonly name: string; readonly json: string }[] {
  const examples = TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].map(([name, json]) => ({ name: `${example.name}: ${name}`, json })));
  const all = [...examples, ...[...synthesizedStacks(everyOption)].map(([name, json]) => ({ name, json }))];
  return all.filter(({ json }) => providerOf(JSON.parse(json) as Stack) === 'aws');
}

/** A server of Python's takes its time to start. */
const HOOK_MS = 120_000;

if (!PROGRAMS) test.skip('the stacks of AWS are applied and destroyed: TERRAFORM_PLUGIN_DIR with the plugin of aws, and moto_server', () => undefined);

(PROGRAMS ? describe : describe.skip)('on a moto server', () => {
  let moto: MotoStack;

  beforeEach(async () => {
    if (!PROGRAMS) throw new Error('there is no moto_server');
    moto = await MotoStack.start(PROGRAMS);
  }, HOOK_MS);

  afterEach(() => moto.stop(), HOOK_MS);

  test.each(PROGRAMS ? stacks() : [{ name: 'none', json: '' }])('$name is applied, planned again and destroyed', ({ name, json }) => {
    const stack = moto.write(isOnGround({ name, json }) ? moto.makeGround(json) : json);
    const { folder } = moto;
    expect(folder.plan()).toMatchObject({ status: 0 });
    expect(folder.apply()).toMatchObject({ status: 0 });
    expect(folder.applied()).toHaveLength(countOf(stack));
    expect(folder.plan()).toMatchObject({ status: 0 });
    const wanted = folder.plannedChanges().filter(({ actions }) => actions.join() !== 'no-op');
    expect(wanted.filter(({ type }) => !NOT_KEPT_BY_MOTO.includes(type))).toEqual([]);
    expect(folder.destroy()).toMatchObject({ status: 0 });
    expect(folder.applied()).toEqual([]);
  }, 900_000);
});
