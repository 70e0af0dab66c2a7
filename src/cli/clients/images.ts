/** Images that a question is about. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CliError } from '../errors';

const TYPES: Readonly<Record<string, string>> = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.gif': 'gif', '.webp': 'webp' };

/** The URL that the server is given: an address as it is, a file by its content. */
export function imageUrl(image: string, cwd: string): string {
  if (/^https?:\/\//.test(image)) return image;
  const type = TYPES[path.extname(image).toLowerCase()];
  if (type === undefined) throw new CliError(`--image ${image} is none of ${Object.keys(TYPES).join(', ')}; convert it, or give a URL`);
  const file = path.resolve(cwd, image);
  if (!fs.existsSync(file)) throw new CliError(`--image ${image} does not exist; it is looked for in ${cwd}`);
  return `data:image/${type};base64,${fs.readFileSync(file, 'base64')}`;
}
