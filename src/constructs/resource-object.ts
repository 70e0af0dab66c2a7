import { ApiObject, Chart } from 'cdk8s';
import type { ApiObjectMetadata, JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import { recipeDigest, shortDigest } from '../api/digest';
import type { InputDigests } from '../api/digest';
import { isDns1035Label, isDns1123Label, MAX_NAME_LENGTH } from '../api/names';
import { API_VERSION, isArtifactResource } from '../api/resource';
import type { Resource } from '../api/resource';
import { ValidationError } from './validation-error';

type Spec = Resource['spec'];

export interface ResourceDefinition {
  readonly kind: Resource['kind'];
  readonly spec: Spec;
  readonly metadata?: ApiObjectMetadata;
  /** Recipe digests of the inputs; for the kinds that produce an artifact. */
  readonly inputs?: InputDigests;
}

/** The custom resource of a kind. */
export class ResourceObject extends ApiObject {
  /** Digest of the artifact, for the kinds that produce one. */
  public readonly recipeDigest?: string;
  /** Its namespace, `default` where the chart names none. */
  public readonly namespace: string;
  /** The resource as it was declared, without patches. */
  public readonly declared: Resource;

  private readonly inputs?: InputDigests;
  private isPatched = false;

  constructor(scope: Construct, definition: ResourceDefinition) {
    const { kind, spec, metadata, inputs } = definition;
    const digest = kind === 'Model' || kind === 'Dataset' ? recipeDigest({ kind, spec }, inputs) : undefined;
    const name = metadata?.name ?? nameOf(scope, digest);
    checkName(scope, { kind, name });
    super(scope, 'Resource', { apiVersion: API_VERSION, kind, metadata: { ...metadata, name }, spec });
    this.recipeDigest = digest;
    this.inputs = inputs;
    this.namespace = metadata?.namespace ?? Chart.of(this).namespace ?? 'default';
    this.declared = { apiVersion: API_VERSION, kind, metadata: { name, namespace: this.namespace }, spec } as Resource;
  }

  public addJsonPatch(...ops: JsonPatch[]): void {
    this.isPatched = true;
    super.addJsonPatch(...ops);
  }

  /** The resource as it will be written. */
  public get rendered(): Resource {
    return this.isPatched ? this.toJson() : this.declared;
  }

  public toJson(): Resource {
    const json = super.toJson() as Resource;
    if (this.isPatched && isArtifactResource(json) && recipeDigest(json, this.inputs) !== this.recipeDigest) {
      throw new ValidationError(this, `the content of ${json.kind} ${this.name} was changed by a patch after its name was computed from it; `
        + 'set the props instead, or patch only what decides no content, such as resources');
    }
    return json;
  }
}

/** The construct ids below the chart, and for an artifact its digest, so that another recipe is another object. */
function nameOf(scope: Construct, digest: string | undefined): string {
  const chart = Chart.of(scope);
  const ids = scope.node.scopes.slice(chart.node.scopes.length).map(({ node }) => node.id);
  return [...ids, ...(digest ? [shortDigest(digest)] : [])].join('-');
}

function checkName(scope: Construct, { kind, name }: { readonly kind: Resource['kind']; readonly name: string }): void {
  const isServing = kind === 'Server' || kind === 'Notebook';
  if (name.length > MAX_NAME_LENGTH) {
    throw new ValidationError(scope, `name ${name} has ${name.length} characters, and ${MAX_NAME_LENGTH} are allowed; use shorter ids or set metadata.name`);
  }
  if (isServing ? isDns1035Label(name) : isDns1123Label(name)) return;
  const rule = isServing ? 'start with a letter, and use' : 'use';
  throw new ValidationError(scope, `${kind} cannot be named ${name}; ${rule} lower-case letters, digits and -, not - at an end`);
}
