/**
 * `npm run bundle`: the reconciler as one file, in assets/, from where the construct and an image of your own take it, and the command
 * line as another. The same sources give the same bytes on every machine: no date and no path gets in. Not minified, so that stack
 * traces can be read.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { buildSync } from 'esbuild';
import type { Metafile } from 'esbuild';
import { bundleCli } from './bundle-cli';
import type { CliBundle } from './bundle-cli';

const ROOT = path.join(__dirname, '..');
const ENTRY = 'src/reconciler/main.ts';
const DOCKERFILE = 'src/reconciler/Dockerfile';
const ASSETS = path.join(ROOT, 'assets');
const EXECUTABLE = 0o755;

export interface Bundle {
  readonly program: string;
  /** By Brotli, which makes a fifth less of it than gzip: the ConfigMap that it travels in must not have more than 256 KiB. */
  readonly packed: Buffer;
  /** What is in it, and from where. */
  readonly metafile: Metafile;
}

export function bundle(): Bundle {
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    bundle: true,
    platform: 'node',
    target: 'node20.9',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'none',
    define: { 'process.env.SUBSTRATUS_VERSION': JSON.stringify(version) },
    outfile: 'assets/reconciler.js',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const program = outputFiles[0]?.text ?? '';
  return { program, packed: pack(program), metafile };
}

function pack(program: string): Buffer {
  const bytes = Buffer.from(program);
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** Writes what has changed only, so that two runs at once are not in each other's way. */
export function writeBundle({ program, packed }: Bundle): void {
  fs.mkdirSync(ASSETS, { recursive: true });
  const files = { 'reconciler.js': Buffer.from(program), 'reconciler.js.br': packed, 'Dockerfile': fs.readFileSync(path.join(ROOT, DOCKERFILE)) };
  for (const [name, bytes] of Object.entries(files)) writeIfChanged(path.join(ASSETS, name), bytes);
}

export function writeCliBundle({ program, licences }: CliBundle): void {
  fs.mkdirSync(ASSETS, { recursive: true });
  writeIfChanged(path.join(ASSETS, 'substratus.js'), Buffer.from(program), EXECUTABLE);
  writeIfChanged(path.join(ASSETS, 'substratus.LICENSES.txt'), Buffer.from(licences));
}

function writeIfChanged(file: string, bytes: Buffer, mode = 0o644): void {
  if (fs.existsSync(file) && fs.readFileSync(file).equals(bytes)) return;
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, bytes, { mode });
  fs.renameSync(unfinished, file);
}

if (require.main === module) {
  const made = bundle();
  writeBundle(made);
  const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
  const cli = bundleCli();
  writeCliBundle(cli);
  console.log(`assets/substratus.js: ${kibibytes(Buffer.byteLength(cli.program))}`);
  console.log(`assets/reconciler.js: ${kibibytes(Buffer.byteLength(made.program))}, packed ${kibibytes(made.packed.length)}`);
}
