/**
 * What a param is where nobody says: fixed for each version of a program, for an artifact is the same for ever while its recipe is.
 *
 * A new param may be added to defaults.json with its program's version as it is, if its default does what was done before. Another default
 * for a param that there is changes results in silence: raise `version` of the program first, and write its new defaults under that.
 * Engines and workbenches make no artifact, and have only to say what changed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS_OF_ROLE, RUNTIMES, settingsOf } from '../../src/runtimes';
import type { Settings } from '../../src/runtimes';

const GOLDEN = JSON.parse(readFileSync(join(__dirname, 'defaults.json'), 'utf8')) as Record<string, Settings>;

const DEFAULTS = Object.fromEntries(RUNTIMES.flatMap((runtime) => KINDS_OF_ROLE[runtime.role].map((kind) => (
  [`${runtime.name} ${runtime.version} ${kind}`, settingsOf(runtime.params(kind))] as const))));

test.each(Object.entries(DEFAULTS))('the defaults of %s are those of its version', (key, defaults) => {
  expect(defaults).toEqual(GOLDEN[key]);
});

test('no version has been forgotten', () => {
  expect(Object.keys(DEFAULTS).filter((key) => !(key in GOLDEN))).toEqual([]);
});
