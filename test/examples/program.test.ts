/** The examples as programs: as a user runs them, and as `cdk8s synth` does. */
import { execFile, execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { cloudNamed } from '../../examples/platforms';
import type { ExampleCloud } from '../../examples/platforms';
import { declared, EXAMPLES, EXAMPLES_DIRECTORY } from '../../scripts/examples';
import type { Example } from '../../scripts/examples';
import { filesIn } from './synthesized';

const run = promisify(execFile);
const TSX = require.resolve('tsx/cli');

/** The cloud that a program is run for; an example of one cloud is for that one, whatever is asked for. */
const cloudOf = ({ clouds }: Example): ExampleCloud => clouds.find((cloud) => cloud === 'aws') ?? clouds[0] ?? 'local';

interface Ran {
  readonly folder: string;
  readonly stdout: string;
  /** Files of the repository that git would show. */
  readonly left: string[];
}

const RAN = new Map<string, Ran>();

beforeAll(async () => {
  const before = visibleFiles();
  await Promise.all(EXAMPLES.map(async (example) => {
    const { name } = example;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
    /* Another language and time zone, since neither may matter. */
    const env = { ...process.env, CDK8S_OUTDIR: path.join(folder, 'dist'), CLOUD: cloudOf(example), LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' };
    const { stdout } = await run(process.execPath, [TSX, 'main.ts'], { cwd: path.join(EXAMPLES_DIRECTORY, name), env });
    RAN.set(name, { folder, stdout, left: visibleFiles().filter((file) => !before.includes(file)) });
  }));
}, 120_000);

afterAll(() => {
  for (const { folder } of RAN.values()) fs.rmSync(folder, { recursive: true });
});

test.each(EXAMPLES)('$name writes what it makes here to the folder that it is given', (example) => {
  const { folder, stdout } = ranOf(example.name);
  const here = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
  declared(example, cloudOf(example), here).synth();
  expect(Object.fromEntries(filesIn(path.join(folder, 'dist')))).toEqual(Object.fromEntries(filesIn(here)));
  expect(stdout).toContain(path.join(folder, 'dist'));
  fs.rmSync(here, { recursive: true });
});

test.each(EXAMPLES)('$name leaves no file that git does not ignore', ({ name }) => {
  expect(ranOf(name).left).toEqual([]);
});

test.each(EXAMPLES)('$name is what cdk8s synth runs', ({ name }) => {
  expect(fs.readFileSync(path.join(EXAMPLES_DIRECTORY, name, 'cdk8s.yaml'), 'utf8')).toBe('language: typescript\napp: npx tsx main.ts\n');
});

test('a cloud that there is not is an error, and no cloud is the local one', () => {
  expect(() => cloudNamed('gpc')).toThrow("CLOUD is 'gpc'; use one of gcp, aws, azure, local");
  expect(cloudNamed(undefined)).toBe('local');
});

function ranOf(name: string): Ran {
  const ran = RAN.get(name);
  if (!ran) throw new Error(`${name} did not run`);
  return ran;
}

function visibleFiles(): string[] {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '.'];
  return execFileSync('git', options, { cwd: EXAMPLES_DIRECTORY, encoding: 'utf8' }).split('\n');
}
