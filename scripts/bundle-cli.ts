/** The command line as one file, with what it needs in it, and the licences of that. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import type { Metafile } from 'esbuild';

const ROOT = path.join(__dirname, '..');
const ENTRY = 'src/cli/main.ts';
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-.]\w+)?$/i;

export interface CliBundle {
  readonly program: string;
  /** The licences of the packages in it, which have to go with them. */
  readonly licences: string;
  readonly metafile: Metafile;
}

export function bundleCli(): CliBundle {
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
    banner: { js: '#!/usr/bin/env node' },
    define: { 'process.env.SUBSTRATUS_VERSION': JSON.stringify(version) },
    outfile: 'assets/substratus.js',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  return { program: outputFiles[0]?.text ?? '', licences: licencesOf(packagesOf(metafile)), metafile };
}

/** The directories of the packages that are in the bundle. */
export function packagesOf({ inputs }: Metafile): string[] {
  const directories = Object.keys(inputs).map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(directories.filter((directory): directory is string => directory !== undefined))].sort();
}

function licencesOf(directories: readonly string[]): string {
  const parts = directories.map((directory) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(ROOT, directory, 'package.json'), 'utf8')) as Record<string, string>;
    const files = fs.readdirSync(path.join(ROOT, directory)).filter((file) => LICENCE_FILE.test(file)).sort();
    if (files.length === 0) throw new Error(`${directory} has no file with its licence, so that it cannot be bundled`);
    const texts = files.map((file) => fs.readFileSync(path.join(ROOT, directory, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, '', ...texts].join('\n');
  });
  return `${['substratus.js contains the following packages.', ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
