/** The program of the reconciler, as the package ships it, and how a stock Node image starts it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { digest, shortDigest } from '../../api/digest';

/** Beside `lib` in the package, where this is `lib/index.js`; and in a checkout. */
const PLACES = ['../assets', '../../../assets'].map((place) => path.join(__dirname, place));

/** The program's key in its ConfigMap. */
export const PROGRAM_KEY = 'reconciler.js.br';

/** Where it is mounted. */
export const PROGRAM_DIRECTORY = '/program';

/** Memory of a container, unless another is asked for. */
export const DEFAULT_MEBIBYTES = 256;

/** Limits of Node's heap, which otherwise floats up to three times of what it needs: 10,000 resources take some 65 of 85 MiB. */
const OLD_SPACE_SHARE = 1 / 3;
const SEMI_SPACE_MIB = 4;

export interface Program {
  /** Packed, in base64. */
  readonly packed: string;
  /** Of the packed bytes: it tells two builds apart even where only the packing differs. */
  readonly digest: string;
}

/** Reads a file of this package, as an import would: the name of what holds it follows from its content. */
export function readProgram(): Program {
  const file = PLACES.map((place) => path.join(place, PROGRAM_KEY)).find((each) => fs.existsSync(each));
  if (file === undefined) throw new Error(`assets/${PROGRAM_KEY} is not there; in a checkout of cdk-substratus make it with npm run bundle`);
  const packed = fs.readFileSync(file).toString('base64');
  return { packed, digest: shortDigest(digest(packed)) };
}

const PROGRAM_FILE = `${PROGRAM_DIRECTORY}/reconciler.js`;

/** One line for `node -e`: unpacks the program and runs it as a module, without a disk to write to. */
export const LOADER = [
  `const source = require('node:zlib').brotliDecompressSync(require('node:fs').readFileSync('${PROGRAM_DIRECTORY}/${PROGRAM_KEY}')).toString()`,
  "const parameters = ['exports', 'require', 'module', '__filename', '__dirname']",
  `const program = require('node:vm').compileFunction(source, parameters, { filename: '${PROGRAM_FILE}' })`,
  `program(exports, require, module, '${PROGRAM_FILE}', '${PROGRAM_DIRECTORY}')`,
].join('; ');

/** The options of Node for a container of so much memory. */
export function nodeOptions(memoryMebibytes = DEFAULT_MEBIBYTES): string {
  return `--max-old-space-size=${Math.floor(memoryMebibytes * OLD_SPACE_SHARE)} --max-semi-space-size=${SEMI_SPACE_MIB}`;
}
