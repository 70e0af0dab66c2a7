/** Before all tests: the program of the reconciler as it is now, so that a fresh clone needs no step by hand, and a temporary directory. */
import * as os from 'node:os';
import { bundle, writeBundle } from '../scripts/bundle';
import { makeTemporary } from './temporary';

export default function setup(): void {
  process.env.TMPDIR = makeTemporary(os.tmpdir(), process.pid);
  writeBundle(bundle());
}
