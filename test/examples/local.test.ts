/** The files that make the cluster of an example: what was reviewed, and what running them does. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';
import { clusterFiles, EXAMPLES_DIRECTORY, expectedClusterFile, FILES_EXAMPLES, UPDATE_COMMAND } from '../../scripts/examples';
import { kindErrors } from '../clouds/local/kind-schema';
import { StandIns } from '../clouds/local/stand-ins';

const CASES = FILES_EXAMPLES.map((example) => ({ name: example.name, example, files: clusterFiles(example) }));

test.each(CASES)('$name makes the files that were reviewed', ({ example, files }) => {
  const stale = [...files].filter(([file, text]) => {
    const expected = expectedClusterFile(example, file);
    return !fs.existsSync(expected) || fs.readFileSync(expected, 'utf8') !== text;
  });
  expect({ stale: stale.map(([file]) => file), then: UPDATE_COMMAND }).toEqual({ stale: [], then: UPDATE_COMMAND });
});

test.each(CASES)('$name has no golden file that it does not make', ({ name, example, files }) => {
  const golden = fs.readdirSync(path.join(EXAMPLES_DIRECTORY, name, 'expected'));
  expect(golden.sort()).toEqual([...example.clouds.map((cloud) => `${cloud}.yaml`), ...files.keys(), 'cost.txt', 'graph.mermaid'].sort());
});

test.each(CASES)('$name has a configuration that kind reads', ({ example }) => {
  expect((Yaml.load(expectedClusterFile(example, 'kind.yaml')) as unknown[]).flatMap(kindErrors)).toEqual([]);
});

test.each(CASES)('$name has a script that makes the cluster, and makes nothing twice', ({ files }) => {
  const machine = new StandIns('laptop');
  const script = files.get('up.sh') ?? '';
  const made = (calls: readonly string[]): string[] => calls.filter((call) => /docker run|kind create|create secret/.test(call));
  expect(made(machine.run(script)).map((call) => call.split(' ')[0])).toEqual(['docker', 'kind', 'kubectl']);
  expect(made(machine.run(script))).toEqual([]);
  machine.remove();
});
