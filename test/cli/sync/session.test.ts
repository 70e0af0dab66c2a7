/** Both sides on this machine: the program of the notebook runs as it does there, for `kubectl exec` runs what it is told. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Kubectl } from '../../../src/cli/kubectl';
import { LocalFolder } from '../../../src/cli/sync/local';
import { RemoteFolder } from '../../../src/cli/sync/remote';
import { SyncSession } from '../../../src/cli/sync/session';

class Pair {
  public readonly here: string;
  public readonly there: string;
  public readonly said: string[] = [];
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
  private remote?: RemoteFolder;
  private session = this.newSession();

  constructor() {
    [this.here, this.there] = ['here', 'there'].map((name) => path.join(this.root, name)) as [string, string];
    fs.mkdirSync(this.here);
    fs.writeFileSync(path.join(this.root, 'kubectl'), '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n', { mode: 0o755 });
    this.session = this.newSession();
  }

  /** Until nothing is left to do; what was said. */
  public async sync(): Promise<string[]> {
    const kubectl = new Kubectl({}, { env: { PATH: `${this.root}:${process.env.PATH}` }, signal: new AbortController().signal, cwd: this.root });
    this.remote ??= await RemoteFolder.open(kubectl, { namespace: 'a', deployment: 'lab-notebook', directory: this.there });
    while (await this.session.round(this.remote) > 0);
    return this.said.splice(0);
  }

  /** The notebook lists what it is told to leave out. */
  public disobey(): void {
    const script = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$1" "$2" "$3" "$4" "$5" "[]" "$7" "$8" "$9"\n';
    fs.writeFileSync(path.join(this.root, 'kubectl'), script, { mode: 0o755 });
  }

  public get problems(): readonly string[] {
    return this.session.problems;
  }

  /** Another run of the program, with the same two folders. */
  public end(): void {
    this.remote?.close();
    this.remote = undefined;
    this.session = this.newSession();
  }

  public write(side: 'here' | 'there', file: string, text: string): void {
    const target = path.join(this[side], file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  }

  public files(side: 'here' | 'there'): Record<string, string> {
    const all = fs.readdirSync(this[side], { recursive: true, encoding: 'utf8' }).sort()
      .filter((file) => fs.lstatSync(path.join(this[side], file)).isFile() && file !== '.substratus-sync.json');
    return Object.fromEntries(all.map((file) => [file, fs.readFileSync(path.join(this[side], file), 'utf8')]));
  }

  private newSession(): SyncSession {
    return new SyncSession({ local: new LocalFolder(this.here), onDone: (text) => this.said.push(text), onProblem: (text) => this.said.push(`! ${text}`) });
  }
}

const pairs: Pair[] = [];
afterEach(() => pairs.splice(0).forEach((pair) => pair.end()));

function pairOf(): Pair {
  const pair = new Pair();
  pairs.push(pair);
  return pair;
}

test('files go both ways, with their modes, and again when they change', async () => {
  const pair = pairOf();
  pair.write('here', 'a.py', '1');
  pair.write('here', 'lib/b.sh', '2');
  fs.chmodSync(path.join(pair.here, 'lib/b.sh'), 0o755);
  pair.write('there', 'plot.ipynb', '3');
  expect(await pair.sync()).toEqual(['→ a.py', '→ lib/b.sh', '← plot.ipynb']);
  expect(pair.files('here')).toEqual(pair.files('there'));
  expect(fs.statSync(path.join(pair.there, 'lib/b.sh')).mode & 0o777).toBe(0o755);
  pair.write('here', 'plot.ipynb', '4');
  pair.write('there', 'a.py', '5');
  expect(await pair.sync()).toEqual(['← a.py', '→ plot.ipynb']);
  expect(await pair.sync()).toEqual([]);
});

test('what was changed on both sides is kept on both, and said once', async () => {
  const pair = pairOf();
  pair.write('here', 'a.py', '1');
  await pair.sync();
  pair.write('here', 'a.py', 'mine');
  pair.write('there', 'a.py', 'theirs');
  const [said = '', ...more] = await pair.sync();
  expect(said).toMatch(/^! a\.py was changed on both sides: each keeps its own, and that of the notebook is here as a\.notebook-[0-9a-f]{8}\.py; make both the same, or delete one$/);
  expect([more, await pair.sync()]).toEqual([[], []]);
  const copy = /here as (\S+);/.exec(said)?.[1] ?? '';
  expect(pair.files('here')).toEqual({ [copy]: 'theirs', 'a.py': 'mine' });
  expect(pair.files('there')).toEqual({ 'a.py': 'theirs' });
  expect(pair.problems).toEqual(['a.py']);
  pair.write('here', 'a.py', 'theirs');
  expect([await pair.sync(), pair.problems]).toEqual([[], []]);
});

test('another run knows what both had, and takes no absence for a deletion', async () => {
  const pair = pairOf();
  pair.write('here', 'a.py', '1');
  pair.write('here', 'b.py', '1');
  await pair.sync();
  pair.end();
  pair.write('there', 'a.py', '2');
  fs.unlinkSync(path.join(pair.here, 'b.py'));
  expect(await pair.sync()).toEqual(['← a.py', '← b.py']);
});

test('what is deleted here is deleted there, unless it was changed; what is deleted there stays here', async () => {
  const pair = pairOf();
  for (const file of ['a', 'b', 'c', 'd']) pair.write('here', file, '1');
  await pair.sync();
  for (const file of ['a', 'b']) fs.unlinkSync(path.join(pair.here, file));
  pair.write('there', 'b', '2');
  fs.unlinkSync(path.join(pair.there, 'c'));
  expect(await pair.sync()).toEqual(['→ a deleted', '← b', 'c was deleted in the notebook; it stays here']);
  expect([pair.files('here'), pair.files('there')]).toEqual([{ b: '2', c: '1', d: '1' }, { b: '2', d: '1' }]);
  pair.write('here', 'c', '2');
  expect(await pair.sync()).toEqual(['→ c']);
});

test('a folder that is empty all at once deletes nothing', async () => {
  const pair = pairOf();
  for (const file of ['a', 'b', 'c']) pair.write('here', file, '1');
  await pair.sync();
  fs.rmSync(pair.here, { recursive: true });
  fs.mkdirSync(pair.here);
  expect(await pair.sync()).toEqual(['! the folder has no files any more; the 3 of the notebook stay']);
  expect(Object.keys(pair.files('there'))).toEqual(['a', 'b', 'c']);
});

test('ignore files hold for both sides, and what tools leave is not synced', async () => {
  const pair = pairOf();
  pair.write('here', '.gitignore', 'data/\n*.log\n');
  pair.write('here', '.substratusignore', 'big.bin\n');
  for (const file of ['data/x', 'a.log', 'big.bin', 'node_modules/m/i.js', '.git/config', 'lib/__pycache__/a.pyc']) pair.write('here', file, '1');
  for (const file of ['data/y', 'b.log', '.ipynb_checkpoints/c']) pair.write('there', file, '1');
  expect(await pair.sync()).toEqual(['→ .gitignore', '→ .substratusignore']);
});

test('an ignore file of the notebook brings no hook of git here', async () => {
  const pair = pairOf();
  pair.disobey();
  fs.mkdirSync(path.join(pair.here, '.git'));
  pair.write('there', '.gitignore', '!.git/\n!.git\n!.GIT/\n!*\n');
  for (const folder of ['.git', '.GIT', 'lib/.git']) pair.write('there', `${folder}/hooks/pre-commit`, 'x');
  pair.write('there', 'sub/.git', 'gitdir: ../evil');
  expect(await pair.sync()).toEqual(['← .gitignore']);
  expect(await pair.sync()).toEqual([]);
  expect(Object.keys(pair.files('here'))).toEqual(['.gitignore']);
});

test('links are left where they are, and nothing is written through one', async () => {
  const pair = pairOf();
  const outside = path.join(pair.here, '../outside');
  fs.mkdirSync(outside);
  fs.symlinkSync(outside, path.join(pair.here, 'link'));
  pair.write('there', 'link/a', 'x');
  pair.write('here', 'b', '1');
  expect(await pair.sync()).toEqual(['! link is not synced: it is a link', '→ b']);
  expect(fs.readdirSync(outside)).toEqual([]);
});

test('a file that became a folder goes, and a folder takes its place', async () => {
  const pair = pairOf();
  pair.write('here', 'a', '1');
  await pair.sync();
  fs.rmSync(path.join(pair.here, 'a'));
  pair.write('here', 'a/b', '2');
  expect(await pair.sync()).toEqual(['→ a deleted', '→ a/b']);
});

test('a folder here and a file there of one name are told, and neither is touched', async () => {
  const pair = pairOf();
  pair.write('here', 'a/b', '1');
  pair.write('there', 'a', '2');
  expect((await pair.sync()).sort()).toEqual(['! a/b: File exists', '! a: a folder or link has its name here']);
  expect([pair.files('here'), pair.files('there')]).toEqual([{ 'a/b': '1' }, { a: '2' }]);
});

test.each(['welcome to the lab', '42', 'null', '{"root": '])('a line of others on the notebook\'s stdout is an error: %s', async (line) => {
  const pair = pairOf();
  const folder = path.join(pair.here, '..');
  fs.writeFileSync(path.join(folder, 'kubectl'), `#!/bin/sh\nprintf '%s\\n' '${line}'\nexec sleep 100\n`, { mode: 0o755 });
  await expect(pair.sync()).rejects.toThrow(`the notebook printed ${JSON.stringify(line)} instead of an answer; `
    + 'take out what prints when python3 starts there, such as sitecustomize.py or a .pth file');
});

test('a program that is not there is an error that says what to use', async () => {
  const pair = pairOf();
  const env = { PATH: path.join(pair.here, '..') };
  fs.writeFileSync(path.join(env.PATH, 'kubectl'), '#!/bin/sh\necho \'exec: "python3": executable file not found in $PATH\' >&2; exit 1\n', { mode: 0o755 });
  const kubectl = new Kubectl({}, { env: { ...env, PATH: `${env.PATH}:/bin` }, signal: new AbortController().signal, cwd: pair.here });
  await expect(RemoteFolder.open(kubectl, { namespace: 'a', deployment: 'lab-notebook', directory: pair.there }))
    .rejects.toThrow('the image of the notebook has no python3, which sync needs; use one that has it, such as the ready-made workbench');
});
