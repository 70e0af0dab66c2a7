import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_SCRIPT, PUBLISH_SCRIPT } from '../../src/expand/scripts';
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
  const publish = (store: Store, recipe = 'abc'): Run => runScript({ script: PUBLISH_SCRIPT, path, env: environment(store, recipe) });
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

  test.each([
    ['an absolute path', '/etc/passwd'],
    ['a path above', '../../outside'],
    ['a folder outside', '/etc'],
  ])('a link to %s is a failure, for the writer would publish what the program must not read', (_, target) => {
    const store = storeWith(FILES);
    writeFiles(join(store.source, '..', '..'), { outside: 'secret' });
    symlinkSync(target, join(store.source, 'leak'));
    const { status, log } = publish(store);
    expect(status).not.toBe(0);
    expect(log).toContain('leads out of /content/artifacts; copy what it leads to, or leave it out');
    expect(existsSync(join(store.destination, 'manifest.json'))).toBe(false);
  }, SLOW);

  test('a program that wrote nothing is a clear failure, and nothing is published', () => {
    const store = storeWith({ 'checkpoints/1/state': 'x' });
    mkdirSync(join(store.source, 'empty-folder'));
    const { status, log } = publish(store);
    expect(status).toBe(1);
    expect(log).toBe('nothing to publish: the program wrote no file to /content/artifacts\n');
    expect(existsSync(store.destination)).toBe(false);
  }, SLOW);

  test('a broken link is a clear failure, and nothing is published', () => {
    const store = storeWith(FILES);
    symlinkSync('nowhere', join(store.source, 'broken'));
    expect(publish(store)).toMatchObject({ status: 1, log: `cannot read all of ${store.source}\n` });
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
    const refused = { status: 1, log: `${store.destination}/manifest.json is not of recipe xyz\n` };
    expect(publish(store, 'xyz')).toMatchObject(refused);
    expect(check(store, 'xyz')).toMatchObject(refused);
    expect(manifestOf(store).recipeDigest).toBe('abc');
  }, SLOW);

  test('something else in the manifest\'s place is refused', () => {
    const store = storeWith(FILES);
    writeFiles(store.destination, { 'manifest.json': 'not a manifest' });
    expect(check(store)).toMatchObject({ status: 1, log: `${store.destination}/manifest.json is not of recipe abc\n` });
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
    const names = ['with space', 'quo"te\'s', 'ünïcödé-模型', 'back\\slash', 'a,"Name":"b', '$(id) `id` %s', '<&>', '-dash', '*[a]{b}?', '\ttab'];
    const store = storeWith(Object.fromEntries([...names, 'deep/a b/c'].map((name) => [name, name])));
    expect(publish(store)).toMatchObject({ status: 0 });
    const listed = manifestOf(store).files.map((file) => file.path);
    expect(names.filter((name) => published(store, name) !== name)).toEqual([]);
    expect(names.filter((name) => !listed.includes(name.replace('\t', '␉')))).toEqual([]);
  }, SLOW);

  test('a newline in a name does not break the manifest', () => {
    const store = storeWith({ 'two\nlines': 'x' });
    expect(publish(store)).toMatchObject({ status: 0 });
    expect(manifestOf(store).fileCount).toBe(1);
    expect(published(store, 'two\nlines')).toBe('x');
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
