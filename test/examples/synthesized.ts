/** The examples as text, and what the reconciler would make of that text. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';
import type { App } from 'cdk8s';
import type { ExampleCloud } from '../../examples/platforms';
import { CASES as EXAMPLE_CASES, declared } from '../../scripts/examples';
import type { Example } from '../../scripts/examples';
import type { PlatformSpec } from '../../src/api/platform';
import { API_VERSION, isArtifactResource } from '../../src/api/resource';
import type { Resource } from '../../src/api/resource';
import { Workspace } from '../../src/constructs/kinds/workspace';
import { Preview } from '../../src/constructs/preview/preview';
import { artifactOf, expand, inOrder, keyOf, keyOfResource, resolveInputs } from '../../src/expand';
import type { Artifact, Gate, Inputs, KubeObject } from '../../src/expand';

export interface Synthesized {
  readonly preview: Preview;
  /** As it is written for the reconciler. */
  readonly platform: PlatformSpec;
}

/** What is read back from the YAML that was written. */
export interface Written {
  /** What is applied. */
  readonly objects: KubeObject[];
  readonly previewed: KubeObject[];
  readonly ejected: KubeObject[];
}

/** Every example on every cloud that it is for, with a name for the test. */
export const CASES: [string, Example, ExampleCloud][] = EXAMPLE_CASES.map(([example, cloud]) => [`${example.name} on ${cloud}`, example, cloud]);

/** Made once, for several tests look at the same. */
const SYNTHESIZED = new Map<string, Synthesized>();

export function synthesize(example: Example, cloud: ExampleCloud): Synthesized {
  const name = `${example.name} on ${cloud}`;
  const known = SYNTHESIZED.get(name) ?? synthesized(declared(example, cloud));
  SYNTHESIZED.set(name, known);
  return known;
}

function synthesized(app: App): Synthesized {
  return { preview: Preview.of(app), platform: platformOf(app) };
}

/** Of every case, each read at once: cdk8s starts a process whenever it reads YAML, and takes 10 MiB of it at most. */
export function everythingWritten(): Map<string, Written> {
  return new Map(CASES.map(([name, example, cloud]) => {
    const app = declared(example, cloud);
    const preview = Preview.of(app);
    const texts = ['text: written\n', app.synthYaml(), 'text: previewed\n', preview.toYaml(), 'text: ejected\n', ...ejectedTexts(preview)];
    const [objects = [], previewed = [], ejected = []] = sections(parsed(texts.join('---\n')));
    return [name, { objects, previewed, ejected }];
  }));
}

export function writtenOf(all: ReadonlyMap<string, Written>, name: string): Written {
  const found = all.get(name);
  if (!found) throw new Error(`nothing was written for ${name}`);
  return found;
}

function ejectedTexts(preview: Preview): string[] {
  return inTemporaryFolder((folder) => {
    preview.eject(folder);
    return [...filesIn(folder)].filter(([name]) => name.startsWith('wave-')).map(([, text]) => text);
  });
}

function sections(documents: readonly KubeObject[]): KubeObject[][] {
  const starts = documents.flatMap((document, index) => ('text' in document ? [index] : []));
  return starts.map((start, index) => documents.slice(start + 1, starts[index + 1]));
}

/** A folder that the callback may write to, and that is gone when it has returned. */
export function inTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
  try {
    return use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** All files below a folder, by their path in it. */
export function filesIn(folder: string): Map<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(names.filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}

function parsed(yaml: string): KubeObject[] {
  return inTemporaryFolder((folder) => {
    const file = path.join(folder, 'objects.yaml');
    fs.writeFileSync(file, yaml);
    return Yaml.load(file) as KubeObject[];
  });
}

/** The JSON of the one platform that all workspaces of an App are on, as it is written for the reconciler. */
function platformOf(app: App): PlatformSpec {
  /* cdk8s calls every Chart an instance of every class of charts. */
  const workspaces = app.node.children.filter((child): child is Workspace => child instanceof Workspace && 'platform' in child);
  const [platform, ...others] = new Set(workspaces.map((workspace) => JSON.stringify(workspace.platform.toJson())));
  if (platform === undefined || others.length > 0) throw new Error('an example must have one platform');
  return JSON.parse(platform) as PlatformSpec;
}

export function isResource(object: KubeObject): object is KubeObject & Resource {
  return object.apiVersion === API_VERSION;
}

/** What the reconciler applies: it sees the resources in the API server, and nothing of the program that wrote them. */
export function reconciled(objects: readonly KubeObject[], platform: PlatformSpec): KubeObject[] {
  const resources = objects.filter(isResource);
  const byKey = new Map(resources.map((resource) => [keyOfResource(resource), resource]));
  const find = (gate: Gate): Artifact | undefined => {
    const resource = byKey.get(keyOf(gate));
    return resource && isArtifactResource(resource) ? artifactOf(resource, platform, inputsOf(resource, find)) : undefined;
  };
  const children = inOrder(resources).flatMap((resource) => expand(resource, { platform, inputs: inputsOf(resource, find) }));
  return children.map(({ object }) => object);
}

function inputsOf(resource: Resource, find: (gate: Gate) => Artifact | undefined): Inputs {
  const inputs = resolveInputs(resource, find);
  if (Array.isArray(inputs)) throw new Error(`${keyOfResource(resource)} waits for ${inputs.map(keyOf).join(', ')}, which nobody applies`);
  return inputs;
}
