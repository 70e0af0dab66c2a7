/**
 * `npm start`: synthesizes the quickstart for every cloud, and with it the clouds themselves (examples/multi-cloud). Shows what will run,
 * whether it fits, what it costs, and where the files are.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Cost, Preview } from 'cdk-substratus';
import { App } from 'cdk8s';
import { multiCloud } from '../examples/multi-cloud/main';
import { CLOUDS } from '../examples/platforms';
import type { CloudName } from '../examples/platforms';
import { quickstart } from '../examples/quickstart/main';
import { declared, synthesizeTerraform } from './examples';

const ROOT = path.join(__dirname, '..');
const TERRAFORM = 'cdktf.out';
const TITLES: Readonly<Record<CloudName, string>> = { gcp: 'Google Cloud', aws: 'AWS', azure: 'Azure', local: 'A local cluster' };

type Style = (text: string) => string;

/** What the cloud costs by itself (examples/multi-cloud). */
function atRest(cloud: CloudName): string[] {
  const stack = terraform.node.tryFindChild(cloud);
  if (!stack) return [];
  const { monthlyAtMinNodes: least, monthlyAtMaxNodes: most, unknownItems } = Cost.of(stack);
  const without = unknownItems > 0 ? `, without ${unknownItems} of unknown price` : '';
  return [`The cloud around it costs ${Math.round(least)} to ${Math.round(most)} US dollars a month, by how many nodes there are${without}\n`];
}

/** Writes the files; what will run, what it costs, and where they are. */
function synthesized(cloud: CloudName, { bold, dim }: Record<'bold' | 'dim', Style>): string {
  const dist = `dist/quickstart/${cloud}`;
  const preview = `preview/quickstart/${cloud}`;
  const stack = `${TERRAFORM}/stacks/${cloud}`;
  const app = declared({ declare: quickstart }, cloud, path.join(ROOT, dist));
  app.synth();
  const previewed = Preview.of(app);
  previewed.write(path.join(ROOT, preview));
  return [
    `${bold(TITLES[cloud])} will run, in namespace ${previewed.summary().trimEnd()}`,
    '',
    Cost.of(app).toTable(),
    ...atRest(cloud),
    dim(`  to apply  ${dist}/`),
    dim(`  to read   ${preview}/`),
    ...fs.existsSync(path.join(ROOT, stack)) ? [dim(`  the cloud ${stack}/`)] : [],
    '',
  ].join('\n');
}

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const coloured = (code: number): Style => (text) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);

const terraform = synthesizeTerraform((both) => multiCloud(new App(), both), path.join(ROOT, TERRAFORM));
console.log([
  'Declared in examples/quickstart/main.ts\n',
  ...CLOUDS.map((cloud) => synthesized(cloud, { bold: coloured(1), dim: coloured(2) })),
  'Next: change examples/quickstart/main.ts, run npm start again, and see what changes in preview/.',
].join('\n'));
