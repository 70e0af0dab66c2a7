/** The package as a user gets it: documented, packed, installed beside the peers that a Kubernetes-only app needs, compiled, run. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { compile, ROOT, run, stage } from './staged';

const MAX_MEGABYTES = 60;
const ASSETS = ['Dockerfile', 'reconciler.js', 'reconciler.js.br', 'substratus.LICENSES.txt', 'substratus.js'];

const APP = `
import { App, Chart } from 'cdk8s';
import { Gpu, Model, Platform, Preview, Reconciler, Workspace } from 'cdk-substratus';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-artifacts' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');
const app = new App();
new Reconciler(new Chart(app, 'system'), 'substratus', { platform });
const team = new Workspace(app, 'team-a', { platform });
const model = new Model(team, 'opt', { image: 'acme/loader', params: { name: 'facebook/opt-125m' } });
model.serve('chat', { image: 'acme/server', resources: { gpu: Gpu.NVIDIA_L4 } });
app.synth();
Preview.of(app).write();
`;

const MODULE = `
import { App } from 'cdk8s';
import { Model, Platform, Workspace } from 'cdk-substratus';

const platform = Platform.local({ clusterName: 'ml' });
platform.addWorkspace('team-a');
const model = new Model(new Workspace(new App(), 'team-a', { platform }), 'opt', { image: 'acme/loader' });
const name = (type) => [type.name, type[Symbol.for('jsii.rtti')].fqn];
console.log(JSON.stringify([name(Model), name(Platform), name(model.constructor)]));
`;

const TSCONFIG = {
  compilerOptions: { strict: true, skipLibCheck: false, target: 'ES2022', module: 'node16', types: [], lib: ['es2022'] },
  files: ['main.ts'],
};

function megabytes(directory: string): number {
  const files = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0) / 1e6;
}

interface Documented {
  readonly name?: string;
  readonly docs?: { readonly summary?: string };
}

interface Assembly {
  readonly dependencies: Record<string, string>;
  readonly types: Record<string, Documented & Partial<Record<'members' | 'methods' | 'properties', Documented[]>>>;
}

beforeAll(compile, 240_000);

describe('the assembly for all languages', () => {
  const assembly = (): Assembly => JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8')) as Assembly;

  test('has no undocumented public member', () => {
    const undocumented = Object.entries(assembly().types).flatMap(([name, type]) => [
      ...(type.docs?.summary ? [] : [name]),
      ...[...type.members ?? [], ...type.methods ?? [], ...type.properties ?? []]
        .filter((member) => !member.docs?.summary)
        .map((member) => `${name}.${member.name ?? ''}`),
    ]);
    expect(undocumented).toEqual([]);
  });

  test('depends on nothing of a cloud, so that pip and others install none', () => {
    expect(Object.keys(assembly().dependencies)).toEqual(['cdk8s', 'constructs']);
  });
});

describe('a Kubernetes-only app with the packed library', () => {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-consumer-'));
  const app = path.join(temporary, 'app');
  const modules = path.join(app, 'node_modules');

  beforeAll(() => {
    const staged = path.join(temporary, 'staged');
    stage(staged);
    run('npm', ['pack', '--silent', '--pack-destination', temporary], staged);
    const tarball = fs.readdirSync(temporary).find((name) => name.endsWith('.tgz')) ?? '';
    fs.mkdirSync(app);
    fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true }));
    fs.writeFileSync(path.join(app, 'main.ts'), APP);
    fs.writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', path.join(temporary, tarball)], app);
  }, 240_000);

  afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

  test('installs neither cdktf nor a provider nor cdk8s-plus', () => {
    const installed = fs.readdirSync(modules).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(expect.arrayContaining(['cdk-substratus', 'cdk8s', 'constructs']));
    expect(installed.filter((name) => /cdktf|cdk8s-plus/.test(name))).toEqual([]);
  });

  test('has the program of the reconciler as one file, and not the sources of it too', () => {
    const installed = path.join(modules, 'cdk-substratus');
    expect(fs.readdirSync(path.join(installed, 'assets')).sort()).toEqual(ASSETS);
    for (const directory of ['lib/reconciler', 'lib/cli']) expect(fs.existsSync(path.join(installed, directory))).toBe(false);
  });

  test('has the command line, which needs nothing else', () => {
    const substratus = path.join(modules, '.bin/substratus');
    expect(run(substratus, ['--version'], app)).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run(substratus, ['--help'], app)).toContain('status ');
    const failed = spawnSync(process.execPath, [substratus, 'status'], { cwd: app, encoding: 'utf8', env: { PATH: '/nowhere' } });
    expect([failed.status, failed.stderr]).toEqual([3, 'error: kubectl is not in the PATH; install it, https://kubernetes.io/docs/tasks/tools/#kubectl\n']);
  });

  test(`takes at most ${MAX_MEGABYTES} MB`, () => {
    expect(megabytes(modules)).toBeLessThan(MAX_MEGABYTES);
  });

  test('type-checks strictly, declarations of the library included, and synthesizes', () => {
    run(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], app);
    run(process.execPath, ['main.js'], app);
    expect(fs.readFileSync(path.join(app, 'dist/0000-system.k8s.yaml'), 'utf8')).toContain('reconciler.js.br');
    expect(fs.readFileSync(path.join(app, 'dist/0001-team-a.k8s.yaml'), 'utf8')).toContain('kind: Server');
    expect(fs.readdirSync(path.join(app, 'preview/team-a')).sort()).toEqual([expect.stringMatching(/^model-opt-/), 'server-chat.yaml']);
  });

  test('can be imported by an ES module, and its classes have their names, also in other languages', () => {
    fs.writeFileSync(path.join(app, 'module.mjs'), MODULE);
    const [model, platform] = ['Model', 'Platform'].map((name) => [name, `cdk-substratus.${name}`]);
    expect(JSON.parse(run(process.execPath, ['module.mjs'], app))).toEqual([model, platform, model]);
  });

  test('loads the texts of programs only where one is declared', () => {
    const loaded = run(process.execPath, ['-p', "require('cdk-substratus'); Object.keys(require.cache).filter((file) => file.includes('/cdk-substratus/')).length"], app);
    expect(loaded.trim()).toBe('1');
  });

  test('loads prices, and what is computed from them, only where cost is asked for', () => {
    const program = "const { Cost } = require('cdk-substratus'); Cost.of(new (require('cdk8s').App)()); "
      + "Object.keys(require.cache).filter((file) => file.includes('/cdk-substratus/')).map((file) => file.split('/').slice(-2).join('/')).sort().join()";
    expect(run(process.execPath, ['-p', program], app).trim()).toBe('catalog/price-text.js,cost/door.js,lib/index.js');
  });

  test('holds no path of the machine that built it', () => {
    const texts = fs.readdirSync(path.join(modules, 'cdk-substratus'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('kubernetes-types'))
      .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
    expect(texts.filter((text) => text.includes(ROOT))).toEqual([]);
  });
});
