/**
 * `npm start`: synthesizes the quickstart for every cloud, and with it the clouds themselves (examples/multi-cloud). Shows what was
 * declared, what will run, and where the files are.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Preview } from 'cdk-substratus';
import type { PreviewChild } from 'cdk-substratus';
import { App } from 'cdk8s';
import { multiCloud } from '../examples/multi-cloud/main';
import { CLOUDS } from '../examples/platforms';
import type { CloudName } from '../examples/platforms';
import { quickstart } from '../examples/quickstart/main';
import { declared, synthesizeTerraform } from './examples';
import { declaredName, runsOf, shortName } from './runs';
import { tree } from './tree';
import type { Style } from './tree';

const ROOT = path.join(__dirname, '..');
const TERRAFORM = 'cdktf.out';
const MAX_WIDTH = 100;
const TITLES: Readonly<Record<CloudName, string>> = { gcp: 'Google Cloud', aws: 'AWS', azure: 'Azure', local: 'A local cluster' };

interface Synthesized {
  readonly cloud: CloudName;
  readonly dist: string;
  readonly preview: string;
  /** Where the cloud itself is written; none for one that Terraform does not make. */
  readonly stack?: string;
  /** The children of each resource, in the order in which they run. */
  readonly resources: readonly (readonly PreviewChild[])[];
}

function synthesize(cloud: CloudName): Synthesized {
  const dist = `dist/quickstart/${cloud}`;
  const preview = `preview/quickstart/${cloud}`;
  const app = declared({ declare: quickstart }, cloud, path.join(ROOT, dist));
  app.synth();
  const previewed = Preview.of(app);
  previewed.write(path.join(ROOT, preview));
  const stack = `${TERRAFORM}/stacks/${cloud}`;
  const hasStack = fs.existsSync(path.join(ROOT, stack));
  return { cloud, dist, preview, resources: byResource(previewed.children), ...(hasStack && { stack }) };
}

function byResource(children: readonly PreviewChild[]): PreviewChild[][] {
  const names = [...new Set(children.map(({ resource }) => resource))];
  return names.map((name) => children.filter(({ resource }) => resource === name));
}

function declaration(children: readonly PreviewChild[]): string[] {
  const [{ resource, gates } = { resource: '', gates: [] }] = children;
  const [kind = ''] = resource.split(' ');
  const waits = gates.length > 0 ? `after ${gates.map(declaredName).join(', ')}` : '';
  return [kind, declaredName(resource), runsOf(children).image, waits];
}

function running(children: readonly PreviewChild[]): string[] {
  const { what, needs, disk } = runsOf(children);
  return [shortName(children[0]?.resource ?? ''), what, needs, disk];
}

function report(all: readonly Synthesized[], { width, style }: { readonly width: number; readonly style: Record<'bold' | 'dim', Style> }): string[] {
  const { bold, dim } = style;
  const plain: Style = (text) => text;
  const declarations = all.map(({ resources }) => tree(resources.map(declaration), { width, styles: [plain, bold, dim, dim] }));
  const [first = []] = declarations;
  const isSame = declarations.every((lines) => lines.join() === first.join());
  return [
    bold('Declared in examples/quickstart/main.ts'),
    ...(isSame ? first : []),
    ...all.flatMap(({ cloud, dist, preview, stack, resources }, index) => [
      '',
      `${bold(TITLES[cloud])} will run`,
      ...(isSame ? [] : declarations[index] ?? []),
      ...tree(resources.map(running), { width, styles: [bold] }),
      dim(`   to apply  ${dist}/`),
      dim(`   to read   ${preview}/`),
      ...(stack ? [dim(`   the cloud ${stack}/`)] : []),
    ]),
    '',
    'Next: change examples/quickstart/main.ts, run npm start again, and see what changes in preview/.',
  ];
}

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const coloured = (code: number): Style => (text) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
const width = Math.min(MAX_WIDTH, process.stdout.columns ?? MAX_WIDTH);

synthesizeTerraform((terraform) => multiCloud(new App(), terraform), path.join(ROOT, TERRAFORM));
console.log(report(CLOUDS.map(synthesize), { width, style: { bold: coloured(1), dim: coloured(2) } }).join('\n'));
