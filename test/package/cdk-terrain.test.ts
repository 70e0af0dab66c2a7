/** The same stacks by CDK Terrain as by cdktf, which only the imports of a program decide (docs/decisions/0082). */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { synthesizedStacks } from '../../scripts/examples';
import { everyOption } from '../terraform/every-option';
import { buildInto, reasonWithoutTerrain, withAlias, withTerrain } from './terrain';

const PROGRAM = 'test/package/terrain-program.ts';

interface Stack {
  readonly '//': { readonly metadata: { version?: string } };
  readonly 'terraform': { readonly required_providers: Readonly<Record<string, { source?: string }>> };
}

const reason = reasonWithoutTerrain();
if (reason) console.error(`skipped: CDK Terrain (${reason})`);

function run(program: string, ...clouds: readonly string[]): { readonly stacks: ReadonlyMap<string, string>; readonly errors: string } {
  const outdir = path.join(path.dirname(program), 'cdktf.out');
  const { stderr } = spawnSync(process.execPath, [program, outdir, ...clouds], { encoding: 'utf8' });
  const folder = path.join(outdir, 'stacks');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const stacks = new Map(names.map((name) => [name, fs.readFileSync(path.join(folder, name, 'cdk.tf.json'), 'utf8')] as const));
  fs.rmSync(outdir, { recursive: true, force: true });
  return { stacks, errors: stderr };
}

/** But for who wrote it, and where Terraform finds the provider, which each project says in its own way. */
function deployed(stacks: ReadonlyMap<string, string>): Record<string, Stack> {
  return Object.fromEntries([...stacks].map(([name, json]) => {
    const stack = JSON.parse(json) as Stack;
    delete stack['//'].metadata.version;
    for (const provider of Object.values(stack.terraform.required_providers)) delete provider.source;
    return [name, stack];
  }));
}

(reason ? describe.skip : describe)('with CDK Terrain', () => {
  let terrain = '';
  let alias = '';
  let byTerrain = '';
  let byAlias = '';

  beforeAll(async () => {
    terrain = withTerrain();
    alias = withAlias(terrain);
    byTerrain = await buildInto(terrain, { program: PROGRAM, of: 'cdktn' });
    byAlias = await buildInto(alias, { program: PROGRAM, of: 'cdktf' });
  }, 600_000);

  afterAll(() => fs.rmSync(alias, { recursive: true, force: true }));

  test.each(['aws', 'azure'] as const)('its own packages give the same stacks of %s', (cloud) => {
    const { stacks, errors } = run(byTerrain, cloud);
    expect(errors).toBe('');
    expect(deployed(stacks)).toEqual(deployed(synthesizedStacks((app) => everyOption(app, [cloud]))));
  }, 120_000);

  test.each(['gcp', 'aws', 'azure'] as const)('the packages of cdktf give the same stacks of %s, where cdktf is another name for it', (cloud) => {
    const { stacks, errors } = run(byAlias, cloud);
    expect(errors).toBe('');
    expect(deployed(stacks)).toEqual(deployed(synthesizedStacks((app) => everyOption(app, [cloud]))));
  }, 120_000);

  test('a provider that it has no package of is an error that says what to install', () => {
    const { stacks, errors } = run(byTerrain, 'gcp');
    expect([...stacks.keys()]).toEqual([]);
    expect(/Error: (.*)/.exec(errors)?.[1]).toBe('[gcp-every-option/ml] cloud gcp needs packages that are not installed; run npm install @cdktn/provider-google, '
      + 'or where CDK Terrain has no such package, npm install cdktf@npm:cdktn @cdktf/provider-google, and import from cdktf instead of cdktn');
  }, 120_000);
});
