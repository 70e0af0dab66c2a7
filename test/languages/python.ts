/** A Python with the packages of jsii, in the versions that are installed here for Node. */
import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptions } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ROOT } from '../package/staged';

/** Set to `wheels`, the providers come from PyPI, 1.3 GB of them in several minutes; otherwise their code from node_modules. */
const { LANGUAGES } = process.env;
const PROVIDERS = ['google', 'aws'];
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'languages');

interface Python {
  readonly program: string;
  /** Why there is none. */
  readonly missing?: string;
}

function versionOf(name: string): string {
  return (JSON.parse(fs.readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}

/** A virtual environment, made once for a set of versions. */
export function python(): Python {
  const wheels = LANGUAGES === 'wheels' ? PROVIDERS.map((name) => `cdktf-cdktf-provider-${name}==${versionOf(`@cdktf/provider-${name}`)}`) : [];
  const packages = ['cdk8s', 'constructs', 'cdktf'].map((name) => `${name}==${versionOf(name)}`);
  const requirements = [`jsii>=${versionOf('jsii-pacmak')},<2`, ...packages, ...wheels];
  const venv = path.join(CACHE, requirements.join('_').replace(/[^\w.]+/g, '-'));
  const program = path.join(venv, 'bin', 'python');
  const stamp = path.join(venv, 'complete');
  if (fs.existsSync(stamp)) return { program };
  const quiet: ExecFileSyncOptions = { encoding: 'utf8', stdio: 'pipe', timeout: 900_000 };
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed")'], quiet);
    execFileSync('python3', ['-m', 'venv', venv], quiet);
    execFileSync(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements], quiet);
    fs.writeFileSync(stamp, '');
    return { program };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return { program, missing: (stderr?.trim() ? stderr : message).trim().split('\n').at(-1) };
  }
}

/**
 * What `import cdktf_cdktf_provider_google` loads into jsii, without the 100 MB of types that only Python's own classes need: the code
 * of the npm package that the library uses.
 */
export function writeProviders(site: string): void {
  if (LANGUAGES === 'wheels') return;
  for (const name of PROVIDERS) writeProvider(site, name);
}

function writeProvider(site: string, name: string): void {
  const source = path.join(ROOT, 'node_modules/@cdktf', `provider-${name}`);
  const staged = path.join(site, 'staged', name, 'package');
  const clouds = path.join(ROOT, 'src/clouds');
  const texts = fs.readdirSync(clouds, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts')).map((file) => fs.readFileSync(path.join(clouds, file), 'utf8')).join('\n');
  const used = [...texts.matchAll(new RegExp(`@cdktf/provider-${name}/(lib/[\\w-]+)`, 'g'))].map(([, folder = '']) => folder);
  for (const file of ['package.json', ...new Set(used)]) fs.cpSync(path.join(source, file), path.join(staged, file), { recursive: true });
  fs.writeFileSync(path.join(staged, 'lib/index.js'), '');
  const assembly = JSON.parse(fs.readFileSync(path.join(source, '.jsii'), 'utf8')) as object;
  fs.writeFileSync(path.join(staged, '.jsii'), JSON.stringify({ ...assembly, types: {}, submodules: {} }));
  const module = path.join(site, `cdktf_cdktf_provider_${name}`);
  fs.mkdirSync(path.join(module, '_jsii'), { recursive: true });
  execFileSync('tar', ['-czf', path.join(module, '_jsii', 'provider.tgz'), '-C', path.dirname(staged), 'package']);
  fs.writeFileSync(path.join(module, '__init__.py'), 'from ._jsii import *\n');
  fs.writeFileSync(path.join(module, '_jsii', '__init__.py'), [
    'import jsii, constructs._jsii, cdktf._jsii',
    `jsii.JSIIAssembly.load("@cdktf/provider-${name}", "${versionOf(`@cdktf/provider-${name}`)}", "cdktf_cdktf_provider_${name}", "provider.tgz")`,
    '',
  ].join('\n'));
}
