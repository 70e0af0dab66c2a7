/** Before all tests: the program of the reconciler as it is now, so that a fresh clone needs no step by hand. */
import { bundle, writeBundle } from '../scripts/bundle';

export default function setup(): void {
  writeBundle(bundle());
}
