/** The packages for Python and Go, made as for a release: one runs and writes what TypeScript writes, the other compiles. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { compile, ROOT, run, stage } from '../package/staged';
import { python, writeProviders } from './python';

const CDK8S_FOR_GO = 'github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2';
const OUTPUT = ['dist', 'cdktf.out'];

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-languages-'));
const staged = path.join(temporary, 'staged');
const { program, missing: noPython } = python();
const noGo = reasonWithoutGo();
for (const [language, reason] of [['Python', noPython], ['Go', noGo]]) {
  if (reason) console.error(`skipped: the package for ${language} (${reason})`);
}

function reasonWithoutGo(): string | undefined {
  const { error, status, stderr } = spawnSync('go', ['mod', 'download', '-json', 'github.com/aws/jsii-runtime-go@v1.140.0'], { encoding: 'utf8', cwd: os.tmpdir() });
  if (error) return 'no Go here';
  return status === 0 ? undefined : `a Go module cannot be fetched: ${stderr.split('\n')[0]}`;
}

/** The sources of the package for a language, of the package in a directory. */
function pacmak(language: string, directory: string, outdir: string): string {
  run('npx', ['jsii-pacmak', '--targets', language, '--code-only', '--outdir', outdir, directory], ROOT);
  return path.join(outdir, language);
}

/** All files that a program has written, taken away so that another can run in the same directory: Terraform's state has a path. */
function take(directory: string): Record<string, string> {
  const files = OUTPUT.flatMap((folder) => fs.readdirSync(path.join(directory, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = Object.fromEntries(files.map((file) => [path.relative(directory, file), fs.readFileSync(file, 'utf8')]));
  for (const folder of OUTPUT) fs.rmSync(path.join(directory, folder), { recursive: true });
  return texts;
}

beforeAll(async () => {
  await compile();
  stage(staged);
  for (const name of ['cdk8s', 'constructs']) fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(staged, 'node_modules', name));
}, 240_000);

afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

(noPython ? describe.skip : describe)('the package for Python', () => {
  const work = path.join(temporary, 'work');
  const site = path.join(temporary, 'site');
  const env = {
    ...process.env, JSII_RUNTIME_PACKAGE_CACHE: 'disabled', JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0],
  };
  const runPython = (variables: NodeJS.ProcessEnv = {}) => spawnSync(program, [path.join(__dirname, 'two_clouds.py')], {
    cwd: work, encoding: 'utf8', env: { ...env, ...variables, PYTHONPATH: site },
  });

  beforeAll(() => {
    fs.mkdirSync(work);
    fs.cpSync(path.join(pacmak('python', staged, path.join(temporary, 'generated')), 'src'), site, { recursive: true });
    writeProviders(site);
  }, 240_000);

  test('a Python app of two clouds writes the same bytes as its twin in TypeScript', () => {
    const tsx = path.join(ROOT, 'node_modules/.bin/tsx');
    execFileSync(tsx, ['--tsconfig', path.join(ROOT, 'test/tsconfig.json'), path.join(__dirname, 'two-clouds.ts')], { cwd: work, stdio: 'pipe' });
    const expected = take(work);
    const { status, stderr } = runPython();
    expect(`${status}: ${stderr}`).toMatch(/^0: /);
    const written = take(work);
    expect(Object.keys(written)).toEqual(Object.keys(expected));
    expect(Object.keys(written).length).toBeGreaterThanOrEqual(7);
    expect(written).toEqual(expected);
  }, 300_000);

  test('a cloud whose provider the program has not imported names the package for Python', () => {
    const { status, stderr } = runPython({ WITHOUT_PROVIDERS: '1' });
    expect(status).toBe(1);
    expect(stderr).toContain('in Python run pip install cdktf cdktf-cdktf-provider-google and import cdktf and cdktf_cdktf_provider_google first');
  }, 120_000);
});

(noGo ? describe.skip : describe)('the package for Go', () => {
  test('compiles', () => {
    const generated = path.join(temporary, 'generated');
    const module = path.join(pacmak('go', staged, generated), 'cdksubstratus');
    const cdk8s = path.join(pacmak('go', path.join(ROOT, 'node_modules/cdk8s'), path.join(temporary, 'cdk8s')), 'cdk8s');
    // The package of cdk8s in the lowest version that we promise is not on every proxy.
    run('go', ['mod', 'edit', '-replace', `${CDK8S_FOR_GO}=${cdk8s}`], module);
    run('go', ['mod', 'tidy'], module);
    expect(run('go', ['vet', '.'], module)).toBe('');
  }, 300_000);
});
