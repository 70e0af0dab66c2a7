/** The examples make what was reviewed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExampleCloud } from '../../examples/platforms';
import { expectedGraph, expectedGraphFile } from '../../scripts/example-state';
import { declared, EXAMPLES, expectedCost, expectedCostFile, expectedFile, expectedYaml, UPDATE_COMMAND } from '../../scripts/examples';
import type { Example } from '../../scripts/examples';
import { Preview } from '../../src/constructs/preview/preview';
import { CASES, filesIn, inTemporaryFolder } from './synthesized';

test.each(CASES)('%s makes what was reviewed', (_, example, cloud) => {
  const file = expectedFile(example, cloud);
  const expected = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  expect(difference(expected, expectedYaml(example, cloud))).toBeUndefined();
});

test.each(EXAMPLES)('$name costs what was reviewed', (example) => {
  const file = expectedCostFile(example);
  const expected = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  expect(difference(expected, expectedCost(example))).toBeUndefined();
});

test.each(EXAMPLES)('$name looks as was reviewed', (example) => {
  const file = expectedGraphFile(example);
  const expected = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  expect(difference(expected, expectedGraph(example))).toBeUndefined();
});

describe('an example is the same bytes', () => {
  afterEach(() => jest.useRealTimers());

  test.each(CASES)('%s, in another folder and on another day', (_, example, cloud) => {
    const here = process.cwd();
    const first = inTemporaryFolder((folder) => filesOf({ example, cloud, folder }));
    jest.useFakeTimers({ now: new Date('2031-12-31T23:59:59Z') });
    const second = inTemporaryFolder((folder) => {
      try {
        process.chdir(folder);
        return filesOf({ example, cloud, folder: '.' });
      } finally {
        process.chdir(here);
      }
    });
    expect([...second.keys()]).toEqual([...first.keys()]);
    expect([...second].filter(([name, text]) => first.get(name) !== text).map(([name]) => name)).toEqual([]);
  });
});

interface Run {
  readonly example: Example;
  readonly cloud: ExampleCloud;
  readonly folder: string;
}

/** All that can be written of an example, and what was written. */
function filesOf({ example, cloud, folder }: Run): Map<string, string> {
  const app = declared(example, cloud, path.join(folder, 'dist'));
  app.synth();
  const preview = Preview.of(app);
  preview.write();
  preview.eject(path.join(folder, 'eject'), { fluxPath: 'eject' });
  return filesIn(folder);
}

/** The first line that differs, and what to do about it; `undefined` if none does. */
function difference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const [was, is] = [expected.split('\n'), actual.split('\n')];
  const line = is.findIndex((text, index) => text !== was[index]);
  const at = line < 0 ? is.length : line;
  return `line ${at + 1} was:\n  ${was[at] ?? '(nothing)'}\nand is:\n  ${is[at] ?? '(nothing)'}\n`
    + `If that is meant, run ${UPDATE_COMMAND} and review the diff.`;
}
