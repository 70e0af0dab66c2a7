/** The Terraform side of the examples: what was reviewed, and what cdktf itself has to say about it. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App } from 'cdk8s';
import { Testing, TerraformStack } from 'cdktf';
import {
  EXAMPLES_DIRECTORY, expectedTerraform, expectedTerraformFile, TERRAFORM_EXAMPLES, terraformStacks, UPDATE_COMMAND,
} from '../../scripts/examples';
import { filesIn } from './synthesized';

const run = promisify(execFile);
const TSX = require.resolve('tsx/cli');

interface Provider {
  readonly source: string;
  readonly version: string;
}

interface StackJson {
  readonly terraform: { readonly required_providers: Record<string, Provider>; readonly backend: Record<string, object> };
  readonly resource: object;
  readonly data?: Readonly<Record<string, Readonly<Record<string, { readonly depends_on?: readonly string[] }>>>>;
}

const CASES = TERRAFORM_EXAMPLES.map((example) => ({ name: example.name, example, stacks: terraformStacks(example) }));

test.each(CASES)('$name makes the stacks that were reviewed', ({ example, stacks }) => {
  const stale = [...stacks].filter(([stack, json]) => {
    const file = expectedTerraformFile(example, stack);
    return !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== expectedTerraform(json);
  });
  expect({ stale: stale.map(([stack]) => stack), then: UPDATE_COMMAND }).toEqual({ stale: [], then: UPDATE_COMMAND });
});

test.each(CASES)('$name has no golden file of a stack that it does not make', ({ name, stacks }) => {
  const golden = fs.readdirSync(path.join(EXAMPLES_DIRECTORY, name, 'expected')).filter((file) => file.endsWith('.tf.json'));
  expect(golden.sort()).toEqual([...stacks.keys()].map((stack) => `${stack}.tf.json`).sort());
});

test.each(CASES)('$name passes the validations of cdktf', ({ example: { declareBoth } }) => {
  const terraform = Testing.app();
  declareBoth(new App(), terraform);
  const stacks = terraform.node.children.filter((child) => TerraformStack.isStack(child));
  expect(stacks.length).toBeGreaterThan(0);
  for (const stack of stacks) expect(() => Testing.fullSynth(stack)).not.toThrow();
});

test.each(CASES)('$name: a stack has one provider, with a range of versions, and looks nothing up before its cluster is there', ({ stacks }) => {
  for (const json of stacks.values()) {
    const { terraform, data } = JSON.parse(json) as StackJson;
    const providers = Object.values(terraform.required_providers);
    expect(providers).toHaveLength(1);
    for (const { version } of providers) expect(version).toMatch(/^>= \d+\.\d+\.\d+, < \d+\.0\.0$/);
    for (const lookUp of Object.values(data ?? {}).flatMap((type) => Object.values(type))) {
      expect(lookUp.depends_on).toEqual([expect.stringMatching(/^aws_eks_cluster\./)]);
    }
  }
});

test.each(CASES)('$name has no path of this machine in it', ({ stacks }) => {
  for (const json of stacks.values()) expect(json).not.toContain(path.resolve(__dirname, '../..'));
});

test('one stack class makes a stack on each cloud', () => {
  const found = CASES.filter(({ name }) => name === 'multi-cloud').map(({ stacks }) => [...stacks.keys()]);
  expect(found).toEqual([['aws', 'azure', 'gcp']]);
});

test.each(CASES)('$name is what cdktf synth runs', ({ name }) => {
  expect(JSON.parse(fs.readFileSync(path.join(EXAMPLES_DIRECTORY, name, 'cdktf.json'), 'utf8'))).toEqual({
    language: 'typescript', app: 'npx tsx main.ts', projectId: `cdk-substratus-${name}`, sendCrashReports: 'false',
  });
});

test('where cdktf asks for its half, a program writes the stacks alone', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
  const env = { ...process.env, CDKTF_OUTDIR: folder, LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' };
  const { stdout } = await run(process.execPath, [TSX, 'main.ts'], { cwd: path.join(EXAMPLES_DIRECTORY, 'gcp-l4'), env });
  expect(stdout).not.toContain('preview/');
  expect(filesIn(folder).get('stacks/gcp-l4/cdk.tf.json')).toBe(CASES.find(({ name }) => name === 'gcp-l4')?.stacks.get('gcp-l4'));
  fs.rmSync(folder, { recursive: true });
}, 60_000);
