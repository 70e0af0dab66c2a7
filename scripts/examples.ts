/** The examples, and what they make: for the golden files, the tests and `npm start`. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ClusterFiles, Cost, Preview } from 'cdk-substratus';
import type { Cluster } from 'cdk-substratus';
import { App } from 'cdk8s';
import { App as TerraformApp } from 'cdktf';
import { awsH100 } from '../examples/aws-h100/main';
import { azureA100Spot } from '../examples/azure-a100-spot/main';
import { existingCluster } from '../examples/existing-cluster/main';
import { gateway } from '../examples/gateway/main';
import { gcpL4 } from '../examples/gcp-l4/main';
import { gitops } from '../examples/gitops/main';
import { gptOss } from '../examples/gpt-oss/main';
import { llama } from '../examples/llama/main';
import { local } from '../examples/local/main';
import { multiCloud } from '../examples/multi-cloud/main';
import { onPremises } from '../examples/on-premises/main';
import { CLOUDS } from '../examples/platforms';
import type { ExampleCloud } from '../examples/platforms';
import { quickstart } from '../examples/quickstart/main';
import { rag } from '../examples/rag/main';
import { speech } from '../examples/speech/main';

/** Writes the golden files. */
export const UPDATE_COMMAND = 'npm run examples:update';

export const EXAMPLES_DIRECTORY = path.join(__dirname, '..', 'examples');

export interface Example {
  readonly name: string;
  /** Those that it has a Kubernetes side for. */
  readonly clouds: readonly ExampleCloud[];
  /** On one of its clouds. */
  declare(app: App, cloud: ExampleCloud): void;
}

/** Both sides at once, as its program declares them. */
type DeclareBoth = (kubernetes: App, terraform: TerraformApp, cloud?: string) => void;

/** The stacks alone. */
type DeclareTerraform = (terraform: TerraformApp) => void;

/** An example that has the clouds too. */
export interface TerraformExample extends Example {
  readonly declareBoth: DeclareBoth;
}

export const TERRAFORM_EXAMPLES: readonly TerraformExample[] = [
  bothSides('multi-cloud', multiCloud, ['gcp', 'aws', 'azure']),
  bothSides('existing-cluster', existingCluster, ['aws']),
  bothSides('gcp-l4', gcpL4, ['gcp']),
  bothSides('aws-h100', awsH100, ['aws']),
  bothSides('azure-a100-spot', azureA100Spot, ['azure']),
];

/** An example whose cluster is made by files. */
export interface FilesExample extends Example {
  readonly declareCluster: (app: App) => Cluster;
}

export const FILES_EXAMPLES: readonly FilesExample[] = [
  { name: 'local', declare: local, declareCluster: local, clouds: ['local'] },
];

export const EXAMPLES: readonly Example[] = [
  { name: 'quickstart', declare: quickstart, clouds: CLOUDS },
  { name: 'llama', declare: llama, clouds: CLOUDS },
  { name: 'gpt-oss', declare: gptOss, clouds: CLOUDS },
  { name: 'rag', declare: rag, clouds: CLOUDS },
  { name: 'speech', declare: speech, clouds: CLOUDS },
  { name: 'gitops', declare: gitops, clouds: CLOUDS },
  { name: 'gateway', declare: gateway, clouds: CLOUDS },
  { name: 'on-premises', declare: onPremises, clouds: ['on-premises'] },
  ...TERRAFORM_EXAMPLES,
  ...FILES_EXAMPLES,
];

/** Every example on every cloud that it is for. */
export const CASES: readonly (readonly [Example, ExampleCloud])[] = EXAMPLES.flatMap(
  (example) => example.clouds.map((cloud) => [example, cloud] as const),
);

function bothSides(name: string, declareBoth: DeclareBoth, clouds: readonly ExampleCloud[]): TerraformExample {
  return { name, declareBoth, clouds, declare: (kubernetes, cloud) => declareBoth(kubernetes, new TerraformApp(), cloud) };
}

export function declared({ declare }: Pick<Example, 'declare'>, cloud: ExampleCloud, outdir?: string): App {
  const app = new App({ outdir });
  declare(app, cloud);
  return app;
}

/** What an example declares, and then what will run for it: the text of its golden file. */
export function expectedYaml(example: Example, cloud: ExampleCloud): string {
  const app = declared(example, cloud);
  return [
    `# What examples/${example.name} makes on ${cloud}. Reviewed like code; after a change: ${UPDATE_COMMAND}\n`,
    '# First what is declared and applied.\n',
    withoutProgram(app.synthYaml()),
    '---\n# Then what will run for it: the preview.\n\n',
    Preview.of(app).toYaml(),
  ].join('');
}

/** Without what is not reviewed here: the definitions, which have tests of their own, and the bytes of the reconciler. */
function withoutProgram(yaml: string): string {
  return yaml.split(/^---\n/m)
    .filter((document) => !/^kind: CustomResourceDefinition$/m.test(document))
    .join('---\n')
    .replace(/(reconciler\.js\.br): .*/g, '$1: (the packed program)')
    .replace(/(substratus-reconciler)-[0-9a-z]{8}$/gm, '$1-(its digest)');
}

/** What an example costs on each of its clouds: the text of its golden file. */
export function expectedCost(example: Example): string {
  const pages = example.clouds.map((cloud) => `# On ${cloud}\n\n${costOn(example, cloud).toTable()}`);
  return [`# What examples/${example.name} costs. Reviewed like code; after a change: ${UPDATE_COMMAND}\n`, ...pages].join('\n');
}

/** Of both sides, where it has both. */
export function costOn(example: Example, cloud: ExampleCloud): Cost {
  const app = new App();
  example.declare(app, cloud);
  return Cost.of(app);
}

export function expectedCostFile({ name }: Example): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', 'cost.txt');
}

export function expectedFile({ name }: Example, cloud: ExampleCloud): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', `${cloud}.yaml`);
}

/** The Terraform JSON of each stack of an example, by the name of the stack. */
export function terraformStacks({ declareBoth }: TerraformExample): ReadonlyMap<string, string> {
  return synthesizedStacks((terraform) => declareBoth(new App(), terraform));
}

/** The Terraform JSON of each stack that is declared, by the name of the stack. */
export function synthesizedStacks(declare: DeclareTerraform): ReadonlyMap<string, string> {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'stacks-'));
  try {
    synthesizeTerraform(declare, outdir);
    const folder = path.join(outdir, 'stacks');
    return new Map(fs.readdirSync(folder).sort().map((stack) => [stack, fs.readFileSync(path.join(folder, stack, 'cdk.tf.json'), 'utf8')]));
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}

/** Writes the stacks, after cdktf's own validations. */
export function synthesizeTerraform(declare: DeclareTerraform, outdir: string): TerraformApp {
  const terraform = new TerraformApp({ outdir });
  declare(terraform);
  terraform.synth();
  return terraform;
}

/** The text of a stack's golden file: what is deployed, without the versions of providers. */
export function expectedTerraform(json: string): string {
  const stack = JSON.parse(json) as { readonly terraform: { readonly required_providers: Record<string, { version?: string }> } };
  for (const provider of Object.values(stack.terraform.required_providers)) delete provider.version;
  return `${JSON.stringify(stack, undefined, 2)}\n`;
}

export function expectedTerraformFile({ name }: Example, stack: string): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', `${stack}.tf.json`);
}

/** The files that make the cluster of an example, by their name. */
export function clusterFiles({ declareCluster }: FilesExample): ReadonlyMap<string, string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clusters-'));
  try {
    const files = ClusterFiles.of(declareCluster(new App())).write(folder);
    return new Map(files.map((file) => [path.basename(file), fs.readFileSync(file, 'utf8')]));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

export function expectedClusterFile({ name }: Example, file: string): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', file);
}
