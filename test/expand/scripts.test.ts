import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_SCRIPT, HOPELESS, PUBLISH_SCRIPT } from '../../src/expand/scripts';
import { VERIFY_SCRIPT } from '../../src/expand/verify-script';
import { RCLONE, runScript, shells, temporaryFolder, writeFiles } from './shell';
import type { Run } from './shell';

interface Manifest {
  readonly recipeDigest: string;
  readonly contentDigest: string;
  readonly bytes: number;
  readonly fileCount: number;
  readonly image: string;
  readonly imageDigest: string;
  readonly recipe: object;
  readonly files: { readonly path: string; readonly size: number; readonly sha256: string }[];
}

interface Store {
  readonly source: string;
  readonly destination: string;
}

const SLOW = 60_000;
const RECIPE = { kind: 'Model', params: { prompt: 'say "hi"\\n, {}' } };
const FILES = { 'config.json': '{}', 'weights/part-1.bin': 'one', 'weights/part-2.bin': 'two' };

/** A staging volume with files, and where they are to go. */
function storeWith(files: Readonly<Record<string, string>>): Store {
  const root = temporaryFolder();
  return { source: writeFiles(join(root, 'staging'), files), destination: join(root, 'bucket/models/recipe') };
}

function environment({ source, destination }: Store, recipeDigest: string): Record<string, string> {
  const recipeFile = join(writeFiles(temporaryFolder(), { 'recipe.json': JSON.stringify(RECIPE) }), 'recipe.json');
  return {
    SOURCE: source, DESTINATION: destination, RECIPE_DIGEST: recipeDigest, RECIPE_FILE: recipeFile, IMAGE: 'example/m:1', IMAGE_DIGEST: 'sha256:1',
  };
}

function manifestOf({ destination }: Store): Manifest {
  return JSON.parse(readFileSync(join(destination, 'manifest.json'), 'utf8')) as Manifest;
}

function published({ destination }: Store, path: string): string | undefined {
  const file = join(destination, 'files', path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

(RCLONE ? describe : describe.skip).each(shells())('with $name', ({ name: shell, path }) => {
  const verify = ({ source }: Store, shared: string): Run => (
    runScript({ script: VERIFY_SCRIPT, path, env: { SOURCE: source, TMPDIR: shared } })
  );
  /* The two containers of the pod, which share a folder. */
  const publish = (store: Store, recipe = 'abc'): Run => {
    const shared = temporaryFolder();
    const verified = verify(store, shared);
    if (verified.status !== 0) return verified;
    return runScript({ script: PUBLISH_SCRIPT, path, env: { ...environment(store, recipe), TMPDIR: shared } });
  };
  const check = (store: Store, recipe = 'abc'): Run => runScript({ script: CHECK_SCRIPT, path, env: environment(store, recipe) });

  test('the shell is the one it is called', () => {
    const { output } = runScript({ script: 'readlink /proc/$$/exe', path, env: {} });
    expect(output.includes('busybox')).toBe(shell === 'busybox');
  });

  test('files are published, and then a manifest that says what they are', () => {
    const store = storeWith(FILES);
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(published(store, 'weights/part-2.bin')).toBe('two');
    const { files, ...manifest } = manifestOf(store);
    expect(manifest).toMatchObject({ recipeDigest: 'abc', bytes: 8, fileCount: 3, image: 'example/m:1', imageDigest: 'sha256:1', recipe: RECIPE });
    expect(manifest.contentDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(files[0]).toMatchObject({ path: 'config.json', size: 2, sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' });
  }, SLOW);

  test('what was published is told to the reconciler, by the publish step and by the check step alike', () => {
    const store = storeWith(FILES);
    expect(check(store).log).toBe('{"published":false}\n');
    const { log } = publish(store);
    expect(JSON.parse(log)).toMatchObject({ published: true, contentDigest: manifestOf(store).contentDigest, bytes: 8, files: 3 });
    expect(check(store)).toMatchObject({ status: 0, log });
  }, SLOW);

  test('links are followed, and checkpoints stay behind', () => {
    const store = storeWith({ ...FILES, 'checkpoints/7/state': 'x', 'lost+found/1': 'x', 'nested/checkpoints/kept': 'y' });
    symlinkSync('weights/part-1.bin', join(store.source, 'latest.bin'));
    symlinkSync('weights', join(store.source, 'folder'));
    publish(store);
    expect(published(store, 'latest.bin')).toBe('one');
    expect(published(store, 'folder/part-2.bin')).toBe('two');
    expect(published(store, 'nested/checkpoints/kept')).toBe('y');
    expect(manifestOf(store).files.map((file) => file.path)).not.toContain('checkpoints/7/state');
    expect(existsSync(join(store.destination, 'files/checkpoints'))).toBe(false);
    expect(existsSync(join(store.destination, 'files/lost+found'))).toBe(false);
  }, SLOW);

  test.each<[string, Readonly<Record<string, string>>]>([
    ['an absolute path', { leak: '/etc/passwd' }],
    ['a path above', { leak: '../../outside' }],
    ['a folder outside', { leak: '/etc' }],
    ['a link that leads out', { a: 'b', b: '../../outside' }],
    ['what lies outside, by way of checkpoints', { 'a': 'checkpoints', 'checkpoints/evil': '/etc/passwd' }],
    ['what lies outside, by way of a folder in checkpoints', { 'a': 'checkpoints/deep', 'checkpoints/deep/evil': '../../../../outside' }],
    ['a place that is inside only if .. is taken literally', { hop: 'weights', a: 'hop/../../../outside' }],
    ['/proc, which knows the environment and the memory', { a: '/proc/self/environ' }],
  ])('A1: a link to %s is a failure, and nothing is published', (_, links) => {
    const store = storeWith({ ...FILES, 'checkpoints/deep/x': 'x' });
    writeFiles(join(store.source, '..', '..'), { outside: 'secret' });
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(store.source, name));
    const { status, log } = publish(store);
    expect(status).toBe(HOPELESS);
    expect(log).toMatch(/^\/content\/artifacts\/\S+ leads out of \/content\/artifacts; copy what it leads to, or leave it out\n$/);
    expect(existsSync(store.destination)).toBe(false);
  }, SLOW);

  test.each([
    ['a newline', 'two\nlines'],
    ['bytes that are not UTF-8, and a newline', Buffer.from([0xff, 0x0a, 0x61])],
    ['a tab', '\ttab'],
    ['a carriage return', 'a\r'],
    ['an escape', 'a\u001b[2J'],
  ])('A1: a link whose name holds %s is a failure that names it, in checkpoints too', (_, name) => {
    for (const folder of ['', 'checkpoints/']) {
      const store = storeWith({ ...FILES, 'checkpoints/1': 'x' });
      symlinkSync('/etc/passwd', Buffer.concat([Buffer.from(`${store.source}/${folder}`), Buffer.from(name)]));
      const { status, log } = publish(store);
      expect(status).toBe(HOPELESS);
      expect(log).toMatch(/^the name \S.* holds a control character, such as a newline; rename it\n$/);
      expect(existsSync(store.destination)).toBe(false);
    }
  }, SLOW);

  test.each([
    ['a newline', '/etc/passwd\n'],
    ['a newline and an entry of another kind', 'x\nF./../../outside'],
    ['a newline and a link of another name', 'x\nL./y\t/etc/passwd'],
  ])('A1: a link whose target holds %s leads to nothing', (_, target) => {
    const store = storeWith(FILES);
    writeFiles(join(store.source, '..', '..'), { outside: 'secret' });
    symlinkSync(target, join(store.source, 'leak'));
    const { status, log } = publish(store);
    expect(status).toBe(HOPELESS);
    expect(log).toMatch(/^\/content\/artifacts\/leak leads /);
    expect(existsSync(store.destination)).toBe(false);
  }, SLOW);

  test('A1: links in checkpoints that nothing published leads to are not looked into', () => {
    const store = storeWith({ ...FILES, 'checkpoints/1/state': 'x' });
    symlinkSync('/etc/passwd', join(store.source, 'checkpoints/evil'));
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(readdirSync(join(store.destination, 'files')).sort()).toEqual(['config.json', 'weights']);
  }, SLOW);

  test('A1: the container with the credential opens no path that has become a link since', () => {
    const store = storeWith(FILES);
    const shared = temporaryFolder();
    expect(verify(store, shared)).toMatchObject({ status: 0 });
    rmSync(join(store.source, 'config.json'));
    symlinkSync('/etc/passwd', join(store.source, 'config.json'));
    const { status } = runScript({ script: PUBLISH_SCRIPT, path, env: { ...environment(store, 'abc'), TMPDIR: shared } });
    expect(status).not.toBe(0);
    expect(published(store, 'config.json')).toBeUndefined();
    expect(existsSync(join(store.destination, 'manifest.json'))).toBe(false);
  }, SLOW);

  test('A1: a cache of Hugging Face is published as its program sees it', () => {
    const store = storeWith({ 'hub/models--a--b/blobs/0a1b': 'weights', 'hub/models--a--b/blobs/2c3d': '{}', 'hub/models--a--b/refs/main': 'c0ffee' });
    mkdirSync(join(store.source, 'hub/models--a--b/snapshots/c0ffee/sub'), { recursive: true });
    symlinkSync('../../blobs/0a1b', join(store.source, 'hub/models--a--b/snapshots/c0ffee/model.safetensors'));
    symlinkSync('../../../blobs/2c3d', join(store.source, 'hub/models--a--b/snapshots/c0ffee/sub/config.json'));
    symlinkSync('hub/models--a--b/snapshots/c0ffee', join(store.source, 'model'));
    symlinkSync(`${store.source}/hub/models--a--b/refs/main`, join(store.source, 'absolute'));
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(manifestOf(store).files.map((file) => file.path)).toEqual([
      'absolute', 'hub/models--a--b/blobs/0a1b', 'hub/models--a--b/blobs/2c3d', 'hub/models--a--b/refs/main',
      'hub/models--a--b/snapshots/c0ffee/model.safetensors', 'hub/models--a--b/snapshots/c0ffee/sub/config.json',
      'model/model.safetensors', 'model/sub/config.json',
    ]);
    for (const name of ['hub/models--a--b/snapshots/c0ffee/model.safetensors', 'model/model.safetensors']) expect(published(store, name)).toBe('weights');
    expect([published(store, 'model/sub/config.json'), published(store, 'absolute')]).toEqual(['{}', 'c0ffee']);
  }, SLOW);

  test('A1: what is kept in checkpoints is published under the name of a link to it', () => {
    const store = storeWith({ 'checkpoints/7/model.bin': 'best', 'checkpoints/7/deep/x': 'x' });
    symlinkSync('checkpoints/7', join(store.source, 'best'));
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(manifestOf(store).files.map((file) => file.path)).toEqual(['best/deep/x', 'best/model.bin']);
    expect(published(store, 'best/deep/x')).toBe('x');
  }, SLOW);

  test.each<[string, Readonly<Record<string, string>>]>([
    ['itself', { a: 'a' }], ['the folder it is in', { a: '.' }], ['a link that leads back', { a: 'b', b: 'a' }], ['a folder above', { 'weights/up': '../weights' }],
  ])('a link to %s leads in a circle', (_, links) => {
    const store = storeWith(FILES);
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(store.source, name));
    expect(publish(store)).toMatchObject({ status: HOPELESS, log: expect.stringContaining(' leads in a circle; ') as string });
  }, SLOW);

  test('hard links are files, and are published', () => {
    const store = storeWith(FILES);
    linkSync(join(store.source, 'config.json'), join(store.source, 'same.json'));
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(published(store, 'same.json')).toBe('{}');
  }, SLOW);

  test('R4: what the program alone may read is opened for the container that copies it', () => {
    const store = storeWith({ ...FILES, 'private/deep/x': 'x' });
    chmodSync(join(store.source, 'weights/part-1.bin'), 0o600);
    chmodSync(join(store.source, 'private'), 0o700);
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(statSync(join(store.source, 'weights/part-1.bin')).mode & 0o777).toBe(0o644);
    expect(statSync(join(store.source, 'private')).mode & 0o777).toBe(0o755);
  }, SLOW);

  test('R5: a program that wrote nothing is a clear failure, and nothing is published', () => {
    const store = storeWith({ 'checkpoints/1/state': 'x' });
    mkdirSync(join(store.source, 'empty-folder'));
    const { status, log } = publish(store);
    expect(status).toBe(HOPELESS);
    expect(log).toBe('nothing to publish: the program wrote no file to /content/artifacts\n');
    expect(existsSync(store.destination)).toBe(false);
  }, SLOW);

  test('R5: a broken link is a clear failure, and nothing is published', () => {
    const store = storeWith(FILES);
    symlinkSync('nowhere', join(store.source, 'broken'));
    expect(publish(store)).toMatchObject({
      status: HOPELESS, log: '/content/artifacts/broken leads to nothing; copy what it leads to, or leave it out\n',
    });
    expect(existsSync(store.destination)).toBe(false);
  }, SLOW);

  test('what is published already is left as it is', () => {
    const store = storeWith(FILES);
    const { log } = publish(store);
    writeFiles(store.source, { 'config.json': '{"changed":true}' });
    const again = publish(store);
    expect(again).toMatchObject({ status: 0, log });
    expect(again.output).toContain('already published');
    expect(published(store, 'config.json')).toBe('{}');
  }, SLOW);

  test('a manifest of another recipe is refused by both steps, and left as it is', () => {
    const store = storeWith(FILES);
    publish(store, 'abc');
    const refused = { status: HOPELESS, log: `${store.destination}/manifest.json is not of recipe xyz\n` };
    expect(publish(store, 'xyz')).toMatchObject(refused);
    expect(check(store, 'xyz')).toMatchObject(refused);
    expect(manifestOf(store).recipeDigest).toBe('abc');
  }, SLOW);

  test('something else in the manifest\'s place is refused', () => {
    const store = storeWith(FILES);
    writeFiles(store.destination, { 'manifest.json': 'not a manifest' });
    expect(check(store)).toMatchObject({ status: HOPELESS, log: `${store.destination}/manifest.json is not of recipe abc\n` });
  }, SLOW);

  test('what an earlier attempt left half written is repaired', () => {
    const store = storeWith(FILES);
    writeFiles(join(store.destination, 'files'), { 'weights/part-1.bin': 'o', 'weights/part-2.bin': 'xxx', 'stray.bin': 'x' });
    utimesSync(join(store.destination, 'files/weights/part-2.bin'), 1, 1);
    expect(publish(store)).toMatchObject({ status: 0 });
    expect([published(store, 'weights/part-1.bin'), published(store, 'weights/part-2.bin')]).toEqual(['one', 'two']);
    expect(published(store, 'stray.bin')).toBeUndefined();
  }, SLOW);

  test('a store that cannot be written fails, and nothing is claimed', () => {
    const store = storeWith(FILES);
    writeFiles(join(store.destination, '../..'), { models: 'a file where the folder is to be' });
    const { status, log } = publish(store);
    expect(status).toBe(1);
    expect(log).toBe(`cannot copy to ${store.destination}/files\n`);
  }, SLOW);

  test('no manifest is written where the files could not be', () => {
    const store = storeWith(FILES);
    writeFiles(store.destination, { files: 'a file where the folder is to be' });
    expect(publish(store).status).toBe(1);
    expect(existsSync(join(store.destination, 'manifest.json'))).toBe(false);
  }, SLOW);

  test('a store that cannot be read fails in both steps, and nothing is claimed', () => {
    const store = { ...storeWith(FILES), destination: ':nosuchbackend:bucket/models/recipe' };
    const failure = { status: 1, log: 'cannot read :nosuchbackend:bucket/models/recipe/manifest.json\n' };
    expect(check(store)).toMatchObject(failure);
    expect(publish(store)).toMatchObject(failure);
  }, SLOW);

  test('any name that a file may have is published and listed', () => {
    const names = ['with space', 'quo"te\'s', 'ünïcödé-模型', 'back\\slash', 'a,"Name":"b', '$(id) `id` %s', '<&>', '-dash', '*[a]{b}?', '!bang', ' lead'];
    const store = storeWith(Object.fromEntries([...names, 'deep/a b/c'].map((name) => [name, name])));
    expect(publish(store)).toMatchObject({ status: 0 });
    const listed = manifestOf(store).files.map((file) => file.path);
    expect(names.filter((name) => published(store, name) !== name)).toEqual([]);
    expect(names.filter((name) => !listed.includes(name))).toEqual([]);
  }, SLOW);

  test('the content digest is that of the files alone: not of their order, times, recipe or place', () => {
    const [first, second, other] = [storeWith(FILES), storeWith(Object.fromEntries(Object.entries(FILES).reverse())), storeWith({ 'config.json': '{ }' })];
    utimesSync(join(second.source, 'config.json'), 1, 1);
    publish(first, 'abc');
    publish(second, 'xyz');
    publish(other, 'abc');
    expect(manifestOf(second).contentDigest).toBe(manifestOf(first).contentDigest);
    expect(manifestOf(other).contentDigest).not.toBe(manifestOf(first).contentDigest);
  }, SLOW);
});

test('the tests of the scripts ran with a real rclone, or say that they did not', () => {
  if (!RCLONE) console.warn('rclone is not here: the tests of the scripts were skipped; run node scripts/ensure-rclone.mjs');
  expect(shells().map(({ name }) => name)).toContain('/bin/sh');
});
