/** A tar archive of the POSIX format `ustar`, in which the same files are the same bytes: no times, no owners, modes 644 and 755. */

export interface TarEntry {
  /** With a / between folders. */
  readonly path: string;
  readonly content: Buffer;
  readonly isExecutable?: boolean;
  /** Of a symbolic link: where it leads. */
  readonly target?: string;
}

const BLOCK = 512;
const LONGEST_NAME = 100;
const LONGEST_PREFIX = 155;

/** Whether the format has room for a path, or for the target of a link. */
export function fitsTar(path: string, target = ''): boolean {
  return Buffer.byteLength(target) <= LONGEST_NAME && splitPath(path) !== undefined;
}

/** Sorted by path, so that the order in which they were found does not matter. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const blocks = sorted.flatMap((entry) => [headerOf(entry), entry.content, Buffer.alloc(-entry.content.length & (BLOCK - 1))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function headerOf({ path, content, isExecutable = false, target }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { prefix, name } = splitPath(path) ?? { prefix: '', name: '' };
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  const mode = target === undefined ? (isExecutable ? 0o755 : 0o644) : 0o777;
  header.write(name, 0);
  header.write(octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(content.length, 11) + octal(0, 11), 100);
  header.write(' '.repeat(8), 148); // the checksum counts itself as blanks
  header.write(target === undefined ? '0' : '2', 156);
  header.write(target ?? '', 157);
  header.write('ustar\x0000', 257);
  header.write(octal(0, 7) + octal(0, 7), 329);
  header.write(prefix, 345);
  header.write(`${octal(header.reduce((sum, byte) => sum + byte, 0), 6)} `, 148);
  return header;
}

/** In two fields, where one is too short. */
function splitPath(path: string): { readonly prefix: string; readonly name: string } | undefined {
  if (Buffer.byteLength(path) <= LONGEST_NAME) return { prefix: '', name: path };
  const parts = path.split('/');
  const splits = parts.slice(1).map((_, index) => ({ prefix: parts.slice(0, index + 1).join('/'), name: parts.slice(index + 1).join('/') }));
  return splits.find(({ prefix, name }) => Buffer.byteLength(prefix) <= LONGEST_PREFIX && Buffer.byteLength(name) <= LONGEST_NAME);
}
