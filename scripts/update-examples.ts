/** Writes the golden files of the examples, and says which have changed. Read their diff before it is committed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CLOUDS } from '../examples/platforms';
import { EXAMPLES, expectedFile, expectedYaml } from './examples';

const changed = EXAMPLES.flatMap((example) => CLOUDS.flatMap((cloud) => {
  const file = expectedFile(example, cloud);
  const text = expectedYaml(example, cloud);
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return [];
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return [path.relative(process.cwd(), file)];
}));

console.log(changed.length > 0 ? `${changed.join('\n')}\n${changed.length} changed; review them like code` : 'nothing has changed');
