import * as fs from 'node:fs';
import * as path from 'node:path';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { sourceUrl } from '../../api/model-source';
import { sourceOf } from '../../api/resource';
import type { Resource } from '../../api/resource';
import { CycleError, describe, expand, fitOf, gatesOf, inOrder, keyOfResource, namespaceOf, PROGRAM_ROLE, UNRESOLVED } from '../../expand';
import type { Artifact, Child, KubeObject } from '../../expand';
import { optionsProblem } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { Declarations } from '../kinds/declarations';
import type { Declaration } from '../kinds/declarations';
import { inputsOf } from '../kinds/resource-checks';
import type { Platform } from '../platform/platform';
import { platformOf } from '../platform/workspace-context';
import { EJECT_OPTIONS, writeEjected } from './eject';
import type { EjectOptions } from './eject';
import { otherObjects } from './other-objects';
import { outputSibling, checkOutputSibling } from './output-siblings';
import { removeOwnedFiles } from './owned-files';
import type { PreviewedResource } from './previewed-resource';
import { summaryOf } from './summary';
import { yamlOf } from './yaml';

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
    if (!Construct.isConstruct(scope)) throw new Error(`Preview.of got ${String(scope)}; give the App, a Workspace, or another construct`);
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

  /**
   * The children as YAML, each with a comment that says what it belongs to and waits for. The text of ready-made programs is left out,
   * which `children` have.
   */
  public toYaml(): string {
    return this.resources.map(resourceYaml).join('---\n');
  }

  /**
   * What will run on one page: a line for each resource, with its program, what it asks for and what it waits for; below it
   * whether it fits, where that is known.
   */
  public summary(): string {
    return summaryOf(this.resources);
  }

  /**
   * Writes the preview, a file a resource.
   *
   * @param directory where to; by default `preview`, beside the output directory of the App. It must not lie in there, for
   *   everything in there gets applied. Previews of former runs in it are deleted, other files are left alone.
   * @returns the files that were written
   */
  public write(directory?: string): string[] {
    const target = directory ?? outputSibling(this.scope, 'preview');
    checkOutputSibling(this.scope, target);
    const files = this.resources.map(({ resource: { kind, metadata: { name } }, resource }) => (
      path.join(target, namespaceOf(resource), `${kind.toLowerCase()}-${name}.yaml`)));
    const twice = files.find((file, index) => files.indexOf(file) < index);
    if (twice !== undefined) {
      throw new ValidationError(this.scope, `two clusters have a resource that would be written to ${path.basename(twice)}; `
        + "preview each workspace by itself, with Preview.of(workspace).write('preview/<cluster>')");
    }
    removeOwnedFiles(target, HEADER);
    return this.resources.map((previewed, index) => {
      const file = files[index] ?? '';
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
   * @throws if something in it is not valid, or an input is known by its name only, for nobody would resolve it
   */
  public eject(directory: string, options: EjectOptions = {}): string[] {
    const wrong = optionsProblem('eject', options, EJECT_OPTIONS);
    if (wrong) throw new ValidationError(this.scope, wrong);
    checkOutputSibling(this.scope, directory);
    checkValid(this.scope);
    const clusters = [...new Set(this.resources.map(({ platform }) => platform))].map(({ clusterName }) => clusterName);
    if (clusters.length > 1) {
      throw new ValidationError(this.scope, `the resources are on ${clusters.length} clusters (${clusters.join(', ')}), and one script applies to one; `
        + 'eject each workspace by itself, with Preview.of(workspace)');
    }
    for (const { resource, inputs } of this.resources) {
      const unresolved = Object.values(inputs).find((input: Artifact) => input.recipeDigest === UNRESOLVED) as Artifact | undefined;
      if (unresolved) {
        throw new ValidationError(this.scope, `${nameOf(resource)} needs ${describe(unresolved)}, of which only the name is known; `
          + `give recipeDigest to ${unresolved.kind}.from${unresolved.kind}Attributes`);
      }
    }
    return writeEjected(directory, { resources: this.resources, others: otherObjects(this.scope), options });
  }
}

const FIT_WORDS = { fits: 'Fits', tight: 'Fits barely', no: 'Does not fit', unknown: 'Fit unknown' } as const;

function nameOf(resource: Resource): string {
  return describe({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name });
}

function previewResources(scope: IConstruct, options: PreviewOptions): PreviewedResource[] {
  return Declarations.all(scope).flatMap((declarations) => {
    const byKey = new Map(declarations.below(scope).map((declaration) => [keyOfResource(declaration.object.declared), declaration]));
    const ordered = inOrderOf(scope, [...byKey.values()].map(({ object }) => object.rendered));
    return ordered.map((resource) => {
      const declaration = byKey.get(keyOfResource(resource)) as Declaration;
      const platform = platformFor(declaration, options);
      const context = { platform: platform._spec, inputs: inputsOf(resource, platform._spec, declarations) };
      const { facts, choice } = declaration;
      const children = expandAt(declaration, resource, context);
      const fit = facts && fitOf(resource, facts, platform._spec);
      return { resource, platform, inputs: context.inputs, children, ...(fit && { fit: `${FIT_WORDS[fit.verdict]}: ${fit.reason}` }), choice };
    });
  });
}

function inOrderOf(scope: IConstruct, resources: readonly Resource[]): Resource[] {
  try {
    return inOrder(resources);
  } catch (error) {
    throw error instanceof CycleError ? new ValidationError(scope, error.message) : error;
  }
}

/** As cdk8s says it at synth: what is ejected gets applied. */
function checkValid(scope: IConstruct): void {
  const errors = scope.node.findAll().flatMap(({ node }) => node.validate().map((error) => `[${node.path}] ${error}`));
  if (errors.length > 0) throw new Error(`Validation failed with the following errors:\n  ${errors.join('\n  ')}`);
}

function expandAt({ construct }: Declaration, resource: Resource, context: Parameters<typeof expand>[1]): Child[] {
  try {
    return expand(resource, context);
  } catch (error) {
    throw error instanceof Error ? new ValidationError(construct, error.message) : error;
  }
}

function platformFor({ construct }: Declaration, { platform }: PreviewOptions): Platform {
  const found = platformOf(construct) ?? platform;
  if (!found) {
    throw new ValidationError(construct, 'no platform is known here; declare it in a Workspace, or give platform to Preview.of');
  }
  return found;
}

function resourceYaml({ resource, children, fit, choice }: PreviewedResource): string {
  const source = sourceOf(resource);
  if (source) return `# ${nameOf(resource)} · nothing runs; it refers to ${sourceUrl(source)}\n`;
  const gates = gatesOf(resource).map(describe);
  const wait = gates.length > 0 ? `, once ready: ${gates.join(', ')}` : '';
  const arithmetic = [fit, choice && `Quantizer: ${choice}`].filter((line) => line !== undefined).map((line) => `# ${line}\n`).join('');
  return arithmetic + children.map(({ step, object }) => `# ${nameOf(resource)} · ${step}${wait}\n${yamlOf(legible(object))}`).join('---\n');
}

/** Our own programs by their size: their text is the library's, and the name of the object has its digest. `children` have the text. */
function legible(object: KubeObject): KubeObject {
  const { data, metadata } = object as KubeObject & { readonly data?: Readonly<Record<string, string>> };
  if (!data || metadata?.labels?.role !== PROGRAM_ROLE) return object;
  const sizes = Object.entries(data).map(([file, text]) => [file, `${text.split('\n').length - 1} lines of cdk-substratus`]);
  return { ...object, data: Object.fromEntries(sizes) } as KubeObject;
}
