import { ApiObject } from 'cdk8s';
import type { ApiObjectMetadata, JsonPatch } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { SPEC_SCHEMAS } from '../../api/crd-schema';
import { credentialProblem } from '../../api/credentials';
import { canonicalJson, recipeDigest, shortDigest } from '../../api/digest';
import type { InputDigests } from '../../api/digest';
import { isDns1035Label, isDns1123Label, MAX_NAME_LENGTH } from '../../api/names';
import { commandProblem } from '../../api/nul';
import { API_VERSION, isArtifactResource, referencesOf } from '../../api/resource';
import type { Resource } from '../../api/resource';
import { textProblem } from '../../api/text-size';
import { keyOf, runtimeSpecProblem } from '../../expand';
import { tokenProblem } from '../checks/guard';
import { schemaProblem } from '../checks/schema-check';
import { ValidationError } from '../checks/validation-error';
import { chartOf, namespaceAt } from './references';
import type { ResolvedReferences } from './references';

type Spec = Resource['spec'];

export interface ResourceDefinition {
  readonly kind: Resource['kind'];
  readonly spec: Spec;
  readonly metadata?: ApiObjectMetadata;
  /** What the inputs are, for the kinds that produce an artifact. */
  readonly inputs?: Pick<ResolvedReferences, 'digests' | 'areKnown'>;
  /** Called when a patch is added, after which the resource has to be checked again. */
  readonly onPatch: () => void;
  /** Fills in what follows from the facts of its model and from the platform, as far as they are known by now. Default: nothing does. */
  readonly derive?: (resource: Resource) => Resource;
}

/** The custom resource of a kind. */
export class ResourceObject extends ApiObject {
  /** Digest of the artifact, for the kinds that produce one; `undefined` where an input is known by its name only. */
  public readonly recipeDigest?: string;
  /** Its namespace, `default` where the chart names none. */
  public readonly namespace: string;
  /** By which it is found among the resources of its platform. */
  public readonly key: string;
  /** The resource as it was declared, without patches. */
  public readonly declared: Resource;

  /** Whether it will be written otherwise than it was declared. */
  public isPatched = false;

  private readonly onPatch: () => void;
  private readonly derive: (resource: Resource) => Resource;
  private readonly inputs: InputDigests;
  /** Digest of the recipe, in which a name stands for an input of which nothing else is known. */
  private readonly nameDigest?: string;

  constructor(scope: Construct, definition: ResourceDefinition) {
    const { kind, spec, metadata, inputs: { digests, areKnown } = { digests: {}, areKnown: true } } = definition;
    const digest = kind === 'Model' || kind === 'Dataset' ? recipeDigest({ kind, spec }, digests) : undefined;
    const name = metadata?.name ?? nameOf(scope, digest);
    const namespace = namespaceAt(scope, metadata);
    checkName(scope, { kind, name });
    checkNamespace(scope, namespace);
    const problem = specProblem(kind, spec);
    if (problem) throw new ValidationError(scope, problem);
    super(scope, 'Resource', { apiVersion: API_VERSION, kind, metadata: { ...metadata, name }, spec });
    this.recipeDigest = areKnown ? digest : undefined;
    this.nameDigest = digest;
    this.onPatch = definition.onPatch;
    this.derive = definition.derive ?? ((resource) => resource);
    this.inputs = digests;
    this.namespace = namespace;
    this.key = keyOf({ kind, namespace, name });
    this.declared = { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec } as Resource;
  }

  public addJsonPatch(...ops: JsonPatch[]): void {
    this.isPatched = true;
    this.onPatch();
    super.addJsonPatch(...ops);
  }

  /** The resource as it will be written. */
  public get rendered(): Resource {
    return this.isPatched ? this.toJson() : this.derive(this.declared);
  }

  /** The same with its labels and annotations, which `declared` is without. */
  public get serialised(): Resource {
    const { rendered } = this;
    if (this.isPatched) return rendered;
    return { ...rendered, metadata: { ...this.metadata.toJson() as Resource['metadata'], ...rendered.metadata } } as Resource;
  }

  /** What patches did that they must not, and how to fix it; `undefined` if they did not. */
  public get patchProblem(): string | undefined {
    return this.isPatched ? this.problemOf(super.toJson() as Resource) : undefined;
  }

  public toJson(): Resource {
    const json = super.toJson() as Resource;
    const problem = this.isPatched ? this.problemOf(json) : undefined;
    if (problem) throw new ValidationError(this.node.scope ?? this, problem);
    return this.derive(json);
  }

  private problemOf(json: Resource): string | undefined {
    const { kind, metadata, spec } = json;
    if (kind !== this.kind || metadata?.name !== this.name || (metadata.namespace ?? 'default') !== this.namespace) {
      return `a patch changed the kind, name or namespace of ${this.kind} ${this.name}; set metadata.name or metadata.namespace instead`;
    }
    if (this.isOtherContent(json)) {
      return `a patch changed the content of ${kind} ${this.name} after its name was computed from it; `
        + 'set the props instead, or patch only what decides no content, such as resources';
    }
    return tokenProblem(json) ?? specProblem(kind, spec);
  }

  private isOtherContent(json: Resource): boolean {
    if (!isArtifactResource(json)) return false;
    return recipeDigest(json, this.inputs) !== this.nameDigest
      || canonicalJson(referencesOf(json)) !== canonicalJson(referencesOf(this.declared));
  }
}

function specProblem(kind: Resource['kind'], spec: Spec): string | undefined {
  return credentialProblem(spec) ?? schemaProblem('', spec, SPEC_SCHEMAS[kind]) ?? commandProblem(spec) ?? textProblem(spec)
    ?? runtimeSpecProblem({ kind, spec } as Pick<Resource, 'kind' | 'spec'>);
}

/** The construct ids below the chart, and for an artifact its digest, so that another recipe is another object. */
function nameOf(scope: Construct, digest: string | undefined): string {
  const chart: IConstruct = chartOf(scope);
  const ids: string[] = [];
  for (let each: IConstruct | undefined = scope; each && each !== chart; each = each.node.scope) ids.unshift(each.node.id);
  return [...ids, ...(digest ? [shortDigest(digest)] : [])].join('-');
}

function checkName(scope: Construct, { kind, name }: { readonly kind: Resource['kind']; readonly name: string }): void {
  const isServing = kind === 'Server' || kind === 'Notebook';
  if (name.length > MAX_NAME_LENGTH) {
    throw new ValidationError(scope, `name ${name} has ${name.length} characters and ${MAX_NAME_LENGTH} are allowed; use shorter ids or set metadata.name`);
  }
  if (isServing ? isDns1035Label(name) : isDns1123Label(name)) return;
  const rule = isServing ? 'starts with a letter and has' : 'has';
  throw new ValidationError(scope, `name '${name}' cannot be that of a ${kind}, which ${rule} only lower-case letters, digits and - inside; `
    + 'use other ids or set metadata.name');
}

function checkNamespace(scope: Construct, namespace: string): void {
  if (isDns1123Label(namespace)) return;
  throw new ValidationError(scope, `namespace '${namespace}' cannot be one; use lower-case letters, digits and - inside, 63 characters at most`);
}
