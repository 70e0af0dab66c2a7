/** Folders to pack. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporary } from '../fixtures';

/** What a file holds: its text, or that it is executable, or where a link leads. */
type Content = string | Buffer | { readonly run: string } | { readonly link: string };

/** A folder `src` in a place of its own. */
export function folder(files: Readonly<Record<string, Content>>): string {
  const root = path.join(temporary(), 'src');
  fs.mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === 'object' && 'link' in content) fs.symlinkSync(content.link, file);
    else if (typeof content === 'object' && 'run' in content) fs.writeFileSync(file, content.run, { mode: 0o755 });
    else fs.writeFileSync(file, content);
  }
  return root;
}
