/** Writes the golden files of the examples, and says which have changed. Read their diff before it is committed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expectedGraph, expectedGraphFile } from './example-state';
import {
  CASES, clusterFiles, EXAMPLES, expectedClusterFile, expectedCost, expectedCostFile, expectedFile, expectedTerraform,
  expectedTerraformFile, expectedYaml, FILES_EXAMPLES, TERRAFORM_EXAMPLES, terraformStacks,
} from './examples';

/** The file, if it was another one. */
function written(file: string, text: string): string[] {
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return [];
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return [path.relative(process.cwd(), file)];
}

const changed = [
  ...CASES.flatMap(([example, cloud]) => written(expectedFile(example, cloud), expectedYaml(example, cloud))),
  ...EXAMPLES.flatMap((example) => written(expectedCostFile(example), expectedCost(example))),
  ...TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].flatMap(
    ([stack, json]) => written(expectedTerraformFile(example, stack), expectedTerraform(json)),
  )),
  ...FILES_EXAMPLES.flatMap((example) => [...clusterFiles(example)].flatMap(
    ([file, text]) => written(expectedClusterFile(example, file), text),
  )),
  ...EXAMPLES.flatMap((example) => written(expectedGraphFile(example), expectedGraph(example))),
];

console.log(changed.length > 0 ? `${changed.join('\n')}\n${changed.length} changed; review them like code` : 'nothing has changed');
