import * as fs from 'node:fs';
import * as path from 'node:path';
import type { App } from 'cdk8s';
import { ApiObject, Yaml } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { API_GROUP, isArtifactResource } from '../api/resource';
import type { Resource } from '../api/resource';
import { artifactOf, artifactUrl, describe, expand, gatesOf, inOrder, keyOf, keyOfResource, namespaceOf, UNRESOLVED } from '../expand';
import type { Artifact, Child, Gate, Inputs } from '../expand';
import { Declarations } from './declarations';
import type { Declaration } from './declarations';
import { writeEjected } from './eject';
import type { EjectOptions } from './eject';
import type { Platform } from './platform';
import { platformOf } from './platform-context';
import { ValidationError } from './validation-error';

/** How a preview is made. */
export interface PreviewOptions {
  /**
   * The cluster of resources that are in no Workspace.
   *
   * @default - none; such resources are an error
   */
  readonly platform?: Platform;
}

/** One object that will run, and what it waits for. */
export interface PreviewChild {
  /** The resource that it is a child of, such as `Model team-a/opt`. */
  readonly resource: string;

  /** The step of the resource that it belongs to: `prepare`, `build`, `check`, `run`, `publish` or `serve`. */
  readonly step: string;

  /** The resources that must be Ready before it is applied, such as `Dataset team-a/squad`. */
  readonly gates: string[];

  /** The object itself. */
  readonly manifest: unknown;
}

/** A resource with its children. */
export interface PreviewedResource {
  readonly resource: Resource;
  readonly platform: Platform;
  readonly inputs: Inputs;
  readonly children: readonly Child[];
}

/** First line of every file of a preview: who finds it there may take it away again. */
const HEADER = '# Preview by cdk-substratus: what will run. Do not apply; the reconciler does.';

/** What will run: the children of all resources of an App or a part of it. */
export class Preview {
  /**
   * The children of all resources at or below a construct.
   *
   * @throws if a resource cannot be expanded, or no platform is known for it.
   */
  public static of(scope: IConstruct, options: PreviewOptions = {}): Preview {
    return new Preview(scope, previewResources(scope, options));
  }

  /** The children, resource by resource, each after what it waits for. */
  public readonly children: PreviewChild[];

  private constructor(private readonly scope: IConstruct, private readonly resources: readonly PreviewedResource[]) {
    this.children = resources.flatMap(({ resource, children }) => children.map(({ step, object }) => ({
      resource: nameOf(resource),
      step,
      gates: gatesOf(resource).map(describe),
      manifest: object,
    })));
  }

  /** The children as objects. */
  public get manifests(): unknown[] {
    return this.children.map(({ manifest }) => manifest);
  }

  /** The children as YAML, each with a comment that says what it belongs to and waits for. */
  public toYaml(): string {
    return this.resources.map(resourceYaml).join('---\n');
  }

  /**
   * Writes the preview, a file a resource.
   *
   * @param directory where to; by default `preview`, beside the output directory of the App. It must not lie in there, for
   *   everything in there gets applied by somebody. Previews of former runs in it are deleted, other files are left alone.
   * @returns the files that were written
   */
  public write(directory?: string): string[] {
    const target = this.directory(directory ?? path.join(path.dirname(this.app.outdir), 'preview'));
    removePreviews(target);
    return this.resources.map((previewed) => {
      const { kind, metadata: { name } } = previewed.resource;
      const file = path.join(target, namespaceOf(previewed.resource), `${kind.toLowerCase()}-${name}.yaml`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, `${HEADER}\n${resourceYaml(previewed)}`);
      return file;
    });
  }

  /**
   * Writes the same objects to be applied without the reconciler: numbered folders, `apply.sh` that applies and waits, and the
   * order for Argo CD (sync waves) and Flux (`flux.yaml`).
   *
   * @returns the files that were written
   * @throws if an input is known by its name only, for nobody would resolve it
   */
  public eject(directory: string, options: EjectOptions = {}): string[] {
    for (const { resource, inputs } of this.resources) {
      const unresolved = Object.values(inputs).find((input: Artifact) => input.recipeDigest === UNRESOLVED) as Artifact | undefined;
      if (unresolved) {
        throw new ValidationError(this.scope, `${nameOf(resource)} needs ${describe(unresolved)}, of which only the name is known; `
          + `give recipeDigest to ${unresolved.kind}.from${unresolved.kind}Attributes`);
      }
    }
    return writeEjected(this.directory(directory), { resources: this.resources, others: otherObjects(this.scope), options });
  }

  private get app(): App {
    return this.scope.node.root as App;
  }

  private directory(directory: string): string {
    const relative = path.relative(path.resolve(this.app.outdir), path.resolve(directory));
    if (relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative))) {
      throw new ValidationError(this.scope, `${directory} lies in ${this.app.outdir}, where everything gets applied; write to a directory beside it`);
    }
    return directory;
  }
}

function nameOf(resource: Resource): string {
  return describe({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name });
}

function previewResources(scope: IConstruct, options: PreviewOptions): PreviewedResource[] {
  const declarations = Declarations.of(scope);
  const below = declarations.below(scope);
  const platforms = new Map(below.map((declaration) => [keyOfResource(declaration.object.declared), platformFor(declaration, options)]));
  const artifacts = new Map<string, Artifact>();
  return inOrder(below.map(({ object }) => object.rendered)).map((resource) => {
    const key = keyOfResource(resource);
    const platform = platforms.get(key) as Platform;
    const spec = platform._spec;
    const find = (gate: Gate): Artifact => artifacts.get(keyOf(gate)) ?? elsewhere(gate);
    const elsewhere = (gate: Gate): Artifact => {
      const artifact = { ...gate, recipeDigest: declarations.recipeDigest(keyOf(gate)) ?? UNRESOLVED };
      return { ...artifact, url: artifactUrl(spec, artifact) };
    };
    const inputs = Object.fromEntries(gatesOf(resource).map((gate) => [gate.kind.toLowerCase(), find(gate)]));
    if (isArtifactResource(resource)) artifacts.set(key, artifactOf(resource, spec, inputs));
    return { resource, platform, inputs, children: expandAt(below, resource, { platform: spec, inputs }) };
  });
}

function expandAt(below: readonly Declaration[], resource: Resource, context: Parameters<typeof expand>[1]): Child[] {
  try {
    return expand(resource, context);
  } catch (error) {
    const declaration = below.find(({ object }) => keyOfResource(object.declared) === keyOfResource(resource));
    if (declaration && error instanceof Error) throw new ValidationError(declaration.construct, error.message);
    throw error;
  }
}

function platformFor({ construct }: Declaration, { platform }: PreviewOptions): Platform {
  const found = platformOf(construct) ?? platform;
  if (!found) {
    throw new ValidationError(construct, 'no platform is known here; declare it in a Workspace, or give platform to Preview.of');
  }
  return found;
}

function resourceYaml({ resource, children }: PreviewedResource): string {
  const gates = gatesOf(resource).map(describe);
  const wait = gates.length > 0 ? `, once ready: ${gates.join(', ')}` : '';
  return children.map(({ step, object }) => `# ${nameOf(resource)} · ${step}${wait}\n${Yaml.stringify(object)}`).join('---\n');
}

/** What is declared beside the resources: the workspaces, and the user's own objects. */
function otherObjects(scope: IConstruct): unknown[] {
  return scope.node.findAll()
    .filter((construct): construct is ApiObject => ApiObject.isApiObject(construct) && construct.apiGroup !== API_GROUP)
    .map((object) => object.toJson());
}

function removePreviews(directory: string): void {
  if (!fs.existsSync(directory)) return;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) removePreviews(file);
    else if (entry.name.endsWith('.yaml') && fs.readFileSync(file, 'utf8').startsWith(HEADER)) fs.rmSync(file);
  }
}
