/** Container images that are assembled here: OCI layouts of plain tar layers, cached by the hash of their recipe. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cachePath } from '../../cluster/assets';

const run = promisify(execFile);

export interface Layer {
  /** Everything that decides what is in it: names and versions, or the text of its files. */
  readonly recipe: () => string;
  /** Writes its files below `root`, an empty directory. */
  readonly fill: (root: string) => Promise<void> | void;
}

export interface Image {
  /** Under which manifests have it, with registry and tag: `docker.io/rclone/rclone:1.71.2`. */
  readonly name: string;

  /**
   * The image whose layers come first, and whose environment it has.
   *
   * @default - none
   */
  readonly base?: Image;

  readonly layers: readonly Layer[];

  /** @default - that of the base */
  readonly entrypoint?: readonly string[];

  /** @default - that of the base */
  readonly command?: readonly string[];

  /**
   * Name or number, in the image's own `/etc/passwd`.
   *
   * @default - that of the base, or root
   */
  readonly user?: string;

  readonly env?: Readonly<Record<string, string>>;

  /** @default - that of the base, or `/` */
  readonly workingDirectory?: string;
}

/** Raised when the same recipe gives other bytes than before. */
const FORMAT = 1;
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** A file that `ctr images import` reads. Made if it is not there; by several at once, if they ask. */
export async function imageFile(image: Image): Promise<string> {
  const file = cachedFile(image);
  if (fs.existsSync(file)) return file;
  await inTemporaryDirectory(async (directory) => {
    await writeLayout(image, directory);
    await packed(directory, `${directory}.tar`);
    fs.renameSync(`${directory}.tar`, file);
  });
  return file;
}

/** Whether it is in the cache. */
export function isAssembled(image: Image): boolean {
  return fs.existsSync(cachedFile(image));
}

/** Makes what a registry needs to offer it be there: its layers, of which no second copy is kept. */
export async function makeLayers(image: Image): Promise<void> {
  for (const layer of layersOf(image)) await layerFile(layer);
}

/** Whether its layers are in the cache. */
export function hasLayers(image: Image): boolean {
  return layersOf(image).every((layer) => fs.existsSync(cachedLayer(layer)));
}

function cachedLayer(layer: Layer): string {
  return cachePath('images', 'layers', `${hash(JSON.stringify([FORMAT, ARCHITECTURE, layer.recipe()])).slice(0, 16)}.tar`);
}

function cachedFile(image: Image): string {
  return cachePath('images', `${hash(recipeOf(image)).slice(0, 16)}.tar`);
}

/** The name by which the kubelet's runtime finds it: a digest stands for the tag beside it. */
export function storedName({ name }: Pick<Image, 'name'>): string {
  const [beforeDigest = '', digest] = name.split('@');
  return digest === undefined ? name : `${beforeDigest.replace(/:[^/:]*$/, '')}@${digest}`;
}

/** All layers, the lowest first. */
function layersOf({ base, layers }: Image): readonly Layer[] {
  return [...(base ? layersOf(base) : []), ...layers];
}

/** What its base says, unless it says something itself. */
function settingsOf(image: Image): Omit<Image, 'name' | 'base' | 'layers' > {
  const { base, entrypoint, command, user, env, workingDirectory } = image;
  const below = base ? settingsOf(base) : { env: { PATH } };
  const own = Object.entries({ entrypoint, command, user, workingDirectory }).filter(([, value]) => value !== undefined);
  return { ...below, ...Object.fromEntries(own), env: { ...below.env, ...env } };
}

function recipeOf(image: Image): string {
  return JSON.stringify([FORMAT, ARCHITECTURE, storedName(image), settingsOf(image), layersOf(image).map(({ recipe }) => recipe())]);
}

/** A blob of an image: a text, or a file of the cache. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
  readonly text?: string;
  readonly file?: string;
}

export interface AssembledImage {
  readonly manifest: Blob;
  /** Its configuration and its layers. */
  readonly blobs: readonly Blob[];
}

/** All that a registry has of an image. */
export async function assembled(image: Image): Promise<AssembledImage> {
  const layers: Blob[] = [];
  for (const layer of layersOf(image)) layers.push(await fileBlob(await layerFile(layer)));
  const config = textBlob(configOf(image, layers));
  const reference = (mediaType: string, { digest, size }: Blob) => ({ mediaType, digest, size });
  const manifest = textBlob({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: reference('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => reference('application/vnd.oci.image.layer.v1.tar', layer)),
  });
  return { manifest, blobs: [config, ...layers] };
}

async function writeLayout(image: Image, directory: string): Promise<void> {
  const { manifest, blobs } = await assembled(image);
  const root = path.join(directory, 'blobs', 'sha256');
  fs.mkdirSync(root, { recursive: true });
  for (const { digest, text = '', file } of [manifest, ...blobs]) {
    const blob = path.join(root, digest.replace('sha256:', ''));
    if (file === undefined) fs.writeFileSync(blob, text);
    else if (!fs.existsSync(blob)) fs.linkSync(file, blob);
  }
  const { digest, size } = manifest;
  const platform = { architecture: ARCHITECTURE, os: 'linux' };
  const annotations = { 'io.containerd.image.name': storedName(image) };
  write(path.join(directory, 'index.json'), { schemaVersion: 2, manifests: [{ mediaType: MANIFEST_TYPE, digest, size, platform, annotations }] });
  write(path.join(directory, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
}

function configOf(image: Image, layers: readonly Blob[]): object {
  const { entrypoint, command, user, env = {}, workingDirectory } = settingsOf(image);
  return {
    architecture: ARCHITECTURE,
    os: 'linux',
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: entrypoint,
      Cmd: command,
      User: user,
      WorkingDir: workingDirectory,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  };
}

/** The layer as a tar file, in the cache. */
export async function layerFile(layer: Layer): Promise<string> {
  const file = cachedLayer(layer);
  if (fs.existsSync(file)) return file;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await inTemporaryDirectory(async (directory) => {
    await layer.fill(directory);
    await packed(directory, `${directory}.tar`);
    fs.renameSync(`${directory}.tar`, file);
  });
  return file;
}

/** The same files give the same bytes. */
async function packed(directory: string, file: string): Promise<void> {
  const same = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  await run('tar', [...same, '--create', `--file=${file}`, `--directory=${directory}`, '.']);
}

async function fileBlob(file: string): Promise<Blob> {
  return { digest: `sha256:${await digestOf(file)}`, size: fs.statSync(file).size, file };
}

function textBlob(content: object): Blob {
  const text = JSON.stringify(content);
  return { digest: `sha256:${hash(text)}`, size: Buffer.byteLength(text), text };
}

async function digestOf(file: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(fs.createReadStream(file), sum);
  return sum.digest('hex');
}

/** In the cache, so that what is made there can be renamed to its place. */
async function inTemporaryDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const parent = cachePath('images');
  fs.mkdirSync(parent, { recursive: true });
  const directory = fs.mkdtempSync(path.join(parent, 'unfinished-'));
  fs.chmodSync(directory, 0o755);
  try {
    await use(directory);
  } finally {
    for (const left of [directory, `${directory}.tar`]) fs.rmSync(left, { recursive: true, force: true });
  }
}

function write(file: string, content: object): void {
  fs.writeFileSync(file, JSON.stringify(content));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where downloads may go while an image is made. */
export function scratch(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'image-'));
}
