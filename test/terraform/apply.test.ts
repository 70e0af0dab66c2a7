/** The AWS stacks applied, as far as moto is AWS (README.md beside this file). Skipped where its server or the plugin is not at hand. */
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../../scripts/examples';
import { everyOption } from './every-option';
import { Moto, motoProgram, NOT_KEPT_BY_MOTO } from './moto';
import { countOf, leaveOut, offline, providerOf } from './offline';
import type { Stack } from './offline';
import { pluginsIn } from './plugins';
import { terraformProgram, WorkingFolder } from './terraform';

const FOLDER = process.env.TERRAFORM_PLUGIN_DIR ?? '';
const PROGRAM = terraformProgram() ?? '';
const SERVER = motoProgram() ?? '';
const AWS = PROGRAM && FOLDER ? pluginsIn(FOLDER).find(({ provider }) => provider === 'aws') : undefined;
/**
 * Of clusters and networks that are not there, of which moto knows nothing; and the stack with every option, whose apply comes to no
 * end there, though all of its resources are made.
 */
const NOT_ON_MOTO = /existing|ground|every-option/;

function stacks(): { readonly name: string; readonly json: string }[] {
  const examples = TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].map(([name, json]) => ({ name: `${example.name}: ${name}`, json })));
  const all = [...examples, ...[...synthesizedStacks(everyOption)].map(([name, json]) => ({ name, json }))];
  return all.filter(({ name, json }) => providerOf(JSON.parse(json) as Stack) === 'aws' && !NOT_ON_MOTO.test(name));
}

/** A server of Python's takes its time to start. */
const HOOK_MS = 120_000;
const CAN_RUN = AWS !== undefined && SERVER !== '';

if (!CAN_RUN) test.skip('the stacks of AWS are applied and destroyed: TERRAFORM_PLUGIN_DIR with the plugin of aws, and moto_server', () => undefined);

(CAN_RUN ? describe : describe.skip)('on a moto server', () => {
  let moto: Moto;
  let folder: WorkingFolder;

  beforeEach(async () => {
    moto = await Moto.start(SERVER);
    folder = new WorkingFolder(PROGRAM);
  }, HOOK_MS);

  afterEach(async () => {
    folder.remove();
    await moto.stop();
  }, HOOK_MS);

  /** Writes the stack as this plugin and moto take it. */
  function write(json: string): Stack {
    if (!AWS) throw new Error('there is no plugin of aws');
    const { stack } = offline(json, AWS);
    const known = moto.stackFor(stack);
    folder.write(known);
    expect(folder.init(FOLDER)).toMatchObject({ status: 0 });
    leaveOut(known, folder.validate());
    folder.write(known);
    return known;
  }

  test.each(CAN_RUN ? stacks() : [{ name: 'none', json: '' }])('$name is applied, planned again and destroyed', ({ json }) => {
    const stack = write(json);
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
