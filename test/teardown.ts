/** After all tests: their temporary files go. */
import * as os from 'node:os';
import * as path from 'node:path';
import { removeTemporary } from './temporary';

export default function teardown(): void {
  const directory = os.tmpdir();
  removeTemporary(directory);
  process.env.TMPDIR = path.dirname(directory);
}
