/** Before all tests: both programs as they are now, so that a fresh clone needs no step by hand, and a temporary directory. */
import * as os from 'node:os';
import { bundle, writeBundle, writeCliBundle } from '../scripts/bundle';
import { bundleCli } from '../scripts/bundle-cli';
import { makeTemporary } from './temporary';

export default function setup(): void {
  process.env.TMPDIR = makeTemporary(os.tmpdir(), process.pid);
  writeBundle(bundle());
  writeCliBundle(bundleCli());
}
