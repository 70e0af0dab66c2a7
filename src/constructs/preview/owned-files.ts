/** Files that a former run has written, told from the user's by their first line. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Deletes the manifests in the folders of a directory that begin with a header, and the folders that it leaves empty. */
export function removeOwnedFiles(directory: string, header: string): void {
  if (!fs.existsSync(directory)) return;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) emptyFolder(path.join(directory, entry.name), header);
  }
}

function emptyFolder(folder: string, header: string): void {
  const own = fs.readdirSync(folder).map((name) => path.join(folder, name)).filter((file) => isOwn(file, header));
  for (const file of own) fs.rmSync(file);
  if (own.length > 0 && fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
}

function isOwn(file: string, header: string): boolean {
  return file.endsWith('.yaml') && fs.statSync(file).isFile() && fs.readFileSync(file, 'utf8').startsWith(header);
}
