import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { Build, Code } from '../../../src';
import { secretByContent } from '../../../src/constructs/archive/secret-files';
import { temporary } from '../fixtures';
import { folder } from './folders';

const KEY = `-----BEGIN ${'PRIVATE'} KEY-----\nabc\n`;

const HEX = '0123456789abcdef0123456789abcdef01234567';
const AWS_SECRET = 'kD3uVnPqRsTbWxYzAcEfGhJkLmNoPq/rStUv+XyZ';
const NOTEBOOK = JSON.stringify({ cells: [{ source: ['token = "hf_abcdefghijklmnopqrstuv"\n'] }] });

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

function problemIn(directory: string, options = {}): string {
  return problemOf(() => Code.directory(directory, options)).replaceAll(directory, '<folder>');
}

test('a folder that does not exist', () => {
  expect(problemOf(() => Code.directory('no/such'))).toBe("Code.directory: path is 'no/such', which does not exist; "
    + `give a folder, for example path.join(__dirname, 'train'): a relative one is looked for in ${process.cwd()}`);
});

test('a file', () => {
  const file = path.join(folder({ 'a.py': '' }), 'a.py');
  expect(problemIn(file)).toBe("Code.directory: path is '<folder>', which is a file; give the folder that it is in");
});

test.each([undefined, 3, ''])('no path: %p', (value) => {
  expect(problemOf(() => Build.directory(value as never))).toMatch(/^Build\.directory: path is .*; give a folder, for example path\.join\(__dirname, 'train'\)$/);
});

test('a folder without files, or with all of them left out', () => {
  expect(problemIn(folder({}))).toBe("Code.directory: path is '<folder>', which has no files; give a folder with what is to run");
  expect(problemIn(folder({ 'a.py': '', '.dockerignore': '*' }))).toBe("Code.directory: path is '<folder>', which has no files "
    + 'but those that .dockerignore and exclude leave out; give a folder with what is to run');
});

test('a build without a Dockerfile', () => {
  const directory = folder({ 'a.py': '' });
  expect(problemOf(() => Build.directory(directory))).toBe(`Build.directory: path is '${directory}', which has no Dockerfile; `
    + 'add one, or run the files in a stock image with code: Code.directory(…)');
});

test('options that there are not, or are none', () => {
  expect(problemIn(folder({ 'a.py': '' }), { excludes: ['a'] })).toBe('Code.directory: options has no prop excludes; did you mean exclude?');
  expect(problemIn(folder({ 'a.py': '' }), { exclude: 'a' })).toBe("Code.directory: exclude is 'a'; give a list of texts");
});

test('more than kubectl apply takes', () => {
  const directory = folder({ 'big.txt': noise(300), 'small.txt': 'x', 'mid.txt': noise(2), 'tiny.txt': '' });
  expect(problemIn(directory)).toBe("Code.directory: path is '<folder>', which packs to 251 KiB in 4 files (the largest: big.txt 300 KiB, mid.txt 2 KiB, "
    + 'small.txt 1 byte), and 188 KiB are allowed, for kubectl apply takes no larger object; leave out what is not code in .dockerignore or exclude, '
    + 'and load data as a Dataset, build an image with Build.git, or set serverSideApply: true, with which 1000 KiB are');
});

test('more than a ConfigMap holds', () => {
  expect(problemIn(folder({ 'big.txt': noise(1400) }), { serverSideApply: true })).toMatch(new RegExp('which packs to 1\\.1 MiB in 1 file '
    + '\\(the largest: big\\.txt 1\\.4 MiB\\), and 1000 KiB are allowed, for a ConfigMap holds no more; leave out what is not code .*, '
    + 'and load data as a Dataset, build an image with Build\\.git$'));
});

test('far too much is said before it is read', () => {
  const directory = folder({ 'a.py': '' });
  fs.truncateSync(path.join(directory, 'a.py'), 2 ** 40);
  expect(problemIn(directory)).toBe("Code.directory: path is '<folder>', which has 1048576.0 MiB in 1 file (the largest: a.py 1048576.0 MiB), "
    + 'and 16.0 MiB are allowed; leave out what is not code in .dockerignore or exclude, and load data as a Dataset');
});

/** KiB of text that packs badly. */
function noise(kib: number): string {
  let state = 1;
  return Array.from({ length: kib * 1024 }, () => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

describe('links', () => {
  test.each<[string, string, string]>([
    ['out of the folder', '../secret', 'link is a link to ../secret, out of the folder; copy what it leads to into the folder, or leave it out in .dockerignore'],
    ['an absolute one', '/etc/passwd', 'link is a link to /etc/passwd, which is absolute, so that it leads elsewhere in a container; use a relative link, or a copy'],
    ['to nothing', 'gone', 'link is a link to gone, which does not exist; mend it, or leave it out in .dockerignore'],
    ['to itself', 'link', 'link is a link to link, which does not exist; mend it, or leave it out in .dockerignore'],
    ['to what is left out', 'left', 'link is a link to left, which is left out; leave the link out too in .dockerignore, or take in what it leads to'],
  ])('%s', (_, link, message) => {
    expect(problemIn(folder({ 'a.py': '', 'left': '', 'link': { link }, '.dockerignore': 'left' }))).toBe(`Code.directory: ${message}`);
  });

  test('out of the folder through another link, of which the text looks as if it stayed', () => {
    const directory = folder({ 'a.py': '', 'p/q/a': '', 'p/q/up': { link: '../../shallow' }, 'shallow/x': '', 'p/q/link': { link: 'up/../../src2' } });
    fs.mkdirSync(path.join(directory, '../src2'));
    expect(problemIn(directory)).toBe('Code.directory: p/q/link is a link to up/../../src2, out of the folder; '
      + 'copy what it leads to into the folder, or leave it out in .dockerignore');
  });
});

describe('what looks like a credential', () => {
  test.each<[string, string, string]>([
    ['.env', '', 'a file of environment variables'],
    ['conf/.env.local', '', 'a file of environment variables'],
    ['id_rsa', '', 'a private key'],
    ['ssh/id_ed25519', '', 'a private key'],
    ['certs/tls.pem', '', 'a private key'],
    ['tls.key', '', 'a private key'],
    ['kubeconfig', '', 'a kubeconfig'],
    ['.kube/config', '', 'a kubeconfig'],
    ['.aws/credentials', '', 'a file of credentials'],
    ['application_default_credentials.json', '', 'a file of credentials'],
    ['.netrc', '', 'a file of credentials'],
    ['secrets.yaml', '', 'a file of secrets'],
    ['my-service-account.json', '', 'a key of a service account'],
    ['.docker/config.json', '', 'credentials of a registry'],
    ['terraform.tfstate', '', 'state of Terraform'],
    ['id_rsa.bak', '', 'a private key'],
    ['infra/prod.tfvars', '', 'variables of Terraform'],
    ['train.ipynb', NOTEBOOK, 'a token of Hugging Face'],
    ['run.sh', `export WANDB_API_KEY=${HEX}\n`, 'a variable with a secret'],
    ['Dockerfile', `ENV MLFLOW_TOKEN ${HEX}\nENV MLFLOW_TRACKING_TOKEN=${HEX}\n`, 'a variable with a secret'],
    ['config.ini', `aws_secret_access_key = ${AWS_SECRET}\n`, 'a variable with a secret'],
    ['conf.yaml', `wandb:\n  api-key: "${HEX}" # mine\n`, 'a variable with a secret'],
    ['conf.json', `{"accessToken":"${HEX}"}`, 'a variable with a secret'],
    ['log.py', `os.environ["WANDB_API_KEY"] = '${HEX}'\n`, 'a variable with a secret'],
    ['log.ipynb', JSON.stringify({ cells: [{ source: [`os.environ["WANDB_API_KEY"] = "${HEX}"\n`] }] }), 'a variable with a secret'],
    ['config.py', `KEY = """${KEY}"""`, 'a private key'],
    ['sa.json', JSON.stringify({ type: 'service_account', private_key: KEY }), 'a private key'],
    ['train.py', `token = "hf_${'a'.repeat(34)}"`, 'a token of Hugging Face'],
    ['config', `users:\n- user:\n    client-key-data: ${'QUJD'.repeat(8)}\n`, 'a kubeconfig'],
    ['.npmrc', `//registry.npmjs.org/:_authToken=${'a'.repeat(20)}\n`, 'a token of npm'],
  ])('%s', (file, content, secret) => {
    expect(problemIn(folder({ 'a.py': '', [file]: content }))).toBe(`Code.directory: ${file} looks like ${secret}, and everybody could read it who may read `
      + `ConfigMaps; leave it out in .dockerignore and pass what it holds by a Secret, or name it in allowSecrets: ['${file}']`);
  });

  test('is packed where it is left out or allowed', () => {
    expect(problemIn(folder({ 'a.py': '', '.env': '', '.dockerignore': '.env' }))).toBe('none');
    expect(problemIn(folder({ 'a.py': '', 'certs/ca.pem': KEY }), { allowSecrets: ['certs/ca.pem'] })).toBe('none');
  });

  test.each(['environment.py', '.env.example', 'keys.py', 'monkey', 'credentials.py', 'secrets.py', 'tokenizer.json', 'config.json', '.npmrc'])('%s is none', (file) => {
    expect(problemIn(folder({ [file]: 'x' }))).toBe('none');
  });

  test.each(['id_rsa.pub', 'terraform.tfvars.example'])('%s is none', (file) => {
    expect(problemIn(folder({ [file]: 'x' }))).toBe('none');
  });

  test.each([
    'token = os.environ["X"]', 'API_KEY=$OTHER', 'API_KEY=${OTHER:-}', 'token = get_token_of_the_user_2024(1)', 'api_key = args.api_key', 'password: str = None',
    'api_key = "sk-no-key-required"', 'eos_token = "<|reserved_special_token_250|>"', 'image_token = "reserved_special_token_250"',
    'model_token = "Llama-3-8B-Instruct-v1-0325"', `commit = "${HEX}"`, `"sha256": "${HEX}"`, 'secret: {{ secrets.abcdefghijklmnop1234 }}',
    'access_key = createAccessKeyV2ForTheProvider', 'password = "change-me-before-production"', 'next_token = tokens[index_of_the_token_1234]', `if token == "${HEX}":`,
  ])('code such as %s is none', (text) => {
    expect(problemIn(folder({ 'a.py': `${text}\n` }))).toBe('none');
  });

  test('is looked for in a time that grows with the text', () => {
    const started = process.hrtime.bigint();
    for (const text of ['a=', 'a', 'a-', 'a="', 'a= ', 'a_token=', '\\', '.']) {
      expect(secretByContent(Buffer.from(text.repeat(1_000_000 / text.length)))).toBeUndefined();
    }
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(5);
  });

  test('an allowed file that is not there', () => {
    expect(problemIn(folder({ 'a.py': '' }), { allowSecrets: ['ca.pem'] })).toBe("Code.directory: allowSecrets has 'ca.pem', which is not packed; "
      + 'give paths of files in the folder, with / between folders');
  });
});

describe('names', () => {
  test('that are not UTF-8', () => {
    const directory = folder({ 'lib/a.py': '' });
    fs.writeFileSync(Buffer.concat([Buffer.from(`${directory}/lib/gr`), Buffer.from([0xfc]), Buffer.from('n.py')]), '');
    expect(problemIn(directory)).toBe("Code.directory: lib has a file whose name is no UTF-8 ('grün.py' in Latin-1), "
      + 'which not every machine can unpack; rename it');
  });

  test('with control characters', () => {
    expect(problemIn(folder({ 'a\nb': '' }))).toBe("Code.directory: the folder has a file whose name is 'a\\nb', which not every machine can unpack; rename it");
  });

  test('that differ by case only, of files and of folders', () => {
    expect(problemIn(folder({ 'Train.py': '', 'train.py': '' }))).toBe('Code.directory: Train.py and train.py differ by case only, '
      + 'which not every disk can tell apart; rename one of them');
    expect(problemIn(folder({ 'Lib/a.py': '', 'lib/b.py': '' }))).toBe('Code.directory: Lib and lib differ by case only, '
      + 'which not every disk can tell apart; rename one of them');
  });

  test('that are too long', () => {
    const file = `${'a'.repeat(101)}.py`;
    expect(problemIn(folder({ [file]: '' }))).toBe(`Code.directory: ${file} has a longer path than an archive can hold; `
      + 'use names of at most 100 bytes, and paths of at most 255');
  });
});

test('neither a file, a folder nor a link', () => {
  const directory = folder({ 'a.py': '' });
  execFileSync('mkfifo', [path.join(directory, 'pipe')]);
  expect(problemIn(directory)).toBe('Code.directory: pipe is neither a file, a folder nor a link; leave it out in .dockerignore');
});

test('a file that may not be read', () => {
  const directory = folder({ 'a.py': '' });
  fs.chmodSync(path.join(directory, 'a.py'), 0o000);
  const program = path.join(temporary(), 'pack.js');
  const source = path.join(__dirname, '../../../src/constructs/archive/archive.ts');
  buildSync({ entryPoints: [source], bundle: true, platform: 'node', outfile: program, logLevel: 'error' });
  const script = `try { require(${JSON.stringify(program)}).Archive.pack(process.argv[1], {}, { factory: 'Code.directory', prefix: 'code', remedy: '' }); }
    catch (error) { console.log(error.message); }`;
  /* Root may read everything. */
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  for (let each = directory; each !== '/tmp' && each !== '/'; each = path.dirname(each)) fs.chmodSync(each, 0o755);
  fs.chmodSync(path.dirname(program), 0o755);
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, directory], { encoding: 'utf8', cwd: '/', ...user });
  expect(`${stdout}${stderr}`).toBe('Code.directory: a.py cannot be read by this user; give it read permission, or leave it out in .dockerignore\n');
});
