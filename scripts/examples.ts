/** The examples, and what they make: for the golden files, the tests and `npm start`. */
import * as path from 'node:path';
import { Preview } from 'cdk-substratus';
import { App } from 'cdk8s';
import { falcon } from '../examples/falcon/main';
import { gitops } from '../examples/gitops/main';
import { llama } from '../examples/llama/main';
import type { CloudName } from '../examples/platforms';
import { quickstart } from '../examples/quickstart/main';

/** Writes the golden files. */
export const UPDATE_COMMAND = 'npm run examples:update';

export const EXAMPLES_DIRECTORY = path.join(__dirname, '..', 'examples');

export interface Example {
  readonly name: string;
  readonly declare: (app: App, cloud: CloudName) => void;
}

export const EXAMPLES: readonly Example[] = [
  { name: 'quickstart', declare: quickstart },
  { name: 'llama', declare: llama },
  { name: 'falcon', declare: falcon },
  { name: 'gitops', declare: gitops },
];

export function declared({ declare }: Example, cloud: CloudName, outdir?: string): App {
  const app = new App({ outdir });
  declare(app, cloud);
  return app;
}

/** What an example declares, and then what will run for it: the text of its golden file. */
export function expectedYaml(example: Example, cloud: CloudName): string {
  const app = declared(example, cloud);
  return [
    `# What examples/${example.name} makes on ${cloud}. Reviewed like code; after a change: ${UPDATE_COMMAND}\n`,
    '# First what is declared and applied.\n',
    app.synthYaml(),
    '---\n# Then what will run for it: the preview.\n\n',
    Preview.of(app).toYaml(),
  ].join('');
}

export function expectedFile({ name }: Example, cloud: CloudName): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', `${cloud}.yaml`);
}
