/** What is not synced: that of git, and what tools write there by themselves. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import ignore from 'ignore';
import { COPY_NAME, SKIPPED } from './plan';

/** Files of patterns, in the folder itself. */
export const IGNORE_FILES = ['.gitignore', '.substratusignore'];

/** On the notebook's disk: what both sides had last. */
export const STATE_FILE = '.substratus-sync.json';
/** Of a file that is being written. */
export const PART = '.substratus-part';

/** Whatever the folder's own files say: those come from the notebook too. */
const ALWAYS = ignore().add([...SKIPPED, '.DS_Store', STATE_FILE, `*${PART}`]);

export type Ignores = (file: string) => boolean;

export function ignoresIn(directory: string): Ignores {
  const rules = ignore();
  for (const name of IGNORE_FILES) {
    const file = path.join(directory, name);
    if (fs.existsSync(file)) rules.add(fs.readFileSync(file, 'utf8'));
  }
  return (file) => ALWAYS.ignores(file) || COPY_NAME.test(file) || rules.ignores(file);
}
