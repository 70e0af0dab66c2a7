/** What a kind refers to: its model and its dataset. */
import { App, Chart } from 'cdk8s';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { InputDigests } from '../../api/digest';
import type { ModelSourceSpec } from '../../api/model-source';
import { isDns1123Label } from '../../api/names';
import type { ArtifactKind, InputsSpec, ServerSpec } from '../../api/resource';
import { cloudNamed } from '../../clouds/pods';
import { noStreaming } from '../../expand';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import { Access } from '../platform/access';
import { platformOf } from '../platform/workspace-context';
import type { IDataset, IModel } from './artifacts';

/** What any object can be called: also with dots, and longer than we allow. */
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
/** 130 bits of Crockford's base32: what `recipeDigest` computes. */
const RECIPE_DIGEST = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** An artifact that a resource refers to, as its construct was given it. */
export interface DeclaredReference {
  readonly kind: ArtifactKind;
  readonly namespace: string;
  readonly name: string;
  /** None where it is declared elsewhere and only its name was given. */
  readonly recipeDigest?: string;
  /** Where its files are, if it is declared elsewhere and has a source. */
  readonly source?: ModelSourceSpec;
}

/** What a reference to a Model that is declared elsewhere may know. */
interface Sourced {
  readonly _source?: ModelSourceSpec;
}

/** An adapter, and the name under which a Server serves it. */
export interface NamedAdapter {
  readonly name: string;
  readonly model: IModel;
}

export interface References {
  readonly model?: IModel;
  readonly dataset?: IDataset;
  /** What the model is an adapter of. */
  readonly base?: IModel;
  readonly adapters?: readonly NamedAdapter[];
  readonly access?: Access;
  readonly mountOptions?: string[];
  /** Of the resource that refers. */
  readonly metadata?: ApiObjectMetadata;
}

export interface ResolvedReferences {
  readonly spec: InputsSpec & Pick<ServerSpec, 'adapters'>;
  readonly references: readonly DeclaredReference[];
  readonly digests: InputDigests;
  /** Whether the recipe of every input is known, not only its name. */
  readonly areKnown: boolean;
}

/** The references as the wire has them, and what is known of what they point to. */
export function resolveReferences(scope: Construct, given: References): ResolvedReferences {
  const { model, dataset, base, adapters = [], access, mountOptions, metadata } = given;
  const namespace = namespaceAt(scope, metadata);
  checkAccess(scope, access);
  const references = {
    ...(model && { model: modelReference(scope, 'model', model) }),
    ...(dataset && { dataset: datasetReference(scope, dataset) }),
    ...(base && { base: modelReference(scope, 'modelBase', base) }),
  };
  const served = adapters.map(({ name, model: target }) => ({ name, model: modelReference(scope, `adapter ${name}`, target) }));
  const wire = ({ name, namespace: target }: DeclaredReference) => ({ name, ...(target !== namespace && { namespace: target }) });
  return {
    spec: {
      ...(references.model && { model: wire(references.model) }),
      ...(references.dataset && { dataset: wire(references.dataset) }),
      ...(references.base && { base: wire(references.base) }),
      ...(served.length > 0 && { adapters: served.map(({ name, model: target }) => ({ name, model: wire(target) })) }),
      ...(access && { access }),
      ...(mountOptions && { mountOptions }),
    },
    references: [...Object.values(references), ...served.map(({ model: target }) => target)],
    digests: {
      ...(references.model && { model: digestOf(references.model) }),
      ...(references.dataset && { dataset: digestOf(references.dataset) }),
    },
    areKnown: Object.values(references).every(({ recipeDigest }) => recipeDigest !== undefined),
  };
}

/** The namespace of what is declared here: its own, else its chart's, else `default`. */
export function namespaceAt(scope: IConstruct, metadata?: ApiObjectMetadata): string {
  return metadata?.namespace ?? chartOf(scope).namespace ?? 'default';
}

/** The chart that a construct is declared in. */
export function chartOf(scope: IConstruct): Chart {
  for (let parent: IConstruct | undefined = scope; parent; parent = parent.node.scope) {
    if (Chart.isChart(parent)) return parent;
  }
  throw new ValidationError(scope, 'is in no chart; declare it in a Workspace, or in a Chart');
}

function checkAccess(scope: Construct, access?: Access): void {
  if (access !== Access.STREAM) return;
  const platform = platformOf(scope)?._spec;
  if (platform && !cloudNamed(platform.cloud).canStream(platform)) throw new ValidationError(scope, noStreaming(platform));
}

/** Where only the name is known, the name stands for the recipe. */
function digestOf({ recipeDigest, namespace, name }: DeclaredReference): string {
  return recipeDigest ?? `${namespace}/${name}`;
}

/** `field`: where it was given; the base of an adapter is a property of its model. */
export function modelReference(scope: Construct, field: string, model: IModel): DeclaredReference {
  checkReference(scope, { field, target: model, attribute: 'modelName' });
  const { modelNamespace: namespace, modelName: name, recipeDigest, _source: source } = model as IModel & Sourced;
  return { kind: 'Model', namespace, name, recipeDigest, ...(source && { source }) };
}

function datasetReference(scope: Construct, dataset: IDataset): DeclaredReference {
  checkReference(scope, { field: 'dataset', target: dataset, attribute: 'datasetName' });
  return { kind: 'Dataset', namespace: dataset.datasetNamespace, name: dataset.datasetName, recipeDigest: dataset.recipeDigest };
}

interface ReferenceCheck {
  readonly field: string;
  readonly target: IConstruct;
  readonly attribute: string;
}

/** For callers without types, and for what types cannot say. */
function checkReference(scope: Construct, { field, target, attribute }: ReferenceCheck): void {
  const kind = field === 'dataset' ? 'Dataset' : 'Model';
  if (!Construct.isConstruct(target) || !(attribute in target)) {
    throw new ValidationError(scope, `${field} is ${whatIs(target)}; give a ${kind}, or refer to one with ${kind}.from${kind}Attributes`);
  }
  if (App.of(target) !== App.of(scope)) {
    throw new ValidationError(scope, `${field} is ${target.node.path} of another App; declare it in this one, or refer to it with ${kind}.from${kind}Attributes`);
  }
  const [here, there] = [platformOf(scope), platformOf(target)];
  if (here && there && (here.clusterName !== there.clusterName || here.cloudName !== there.cloudName)) {
    const [ours, theirs] = [here, there].map(({ cloudName, clusterName }) => `${clusterName} (${cloudName})`);
    throw new ValidationError(scope, `${field} is ${target.node.path} on platform ${theirs}, which ${ours} cannot read; `
      + 'declare it on this platform too');
  }
}

export function whatIs(target: unknown): string {
  return Construct.isConstruct(target) ? `${target.node.path}, a ${target.constructor.name}` : formatValue(target);
}

/** What is known of an artifact that is declared elsewhere. */
export interface ImportedArtifact {
  readonly kind: 'Model' | 'Dataset';
  readonly name: string;
  readonly namespace: string;
  readonly recipeDigest?: string;
}

/** Whether such an artifact can be. */
export function checkImported(scope: Construct, { kind, name, namespace, recipeDigest }: ImportedArtifact): void {
  checkImportedName(scope, { name, namespace });
  if (recipeDigest === undefined || RECIPE_DIGEST.test(recipeDigest)) return;
  throw new ValidationError(scope, `recipeDigest is ${formatValue(recipeDigest)}; take the 26 characters from recipeDigest of the ${kind} where it is declared, `
    + 'or from the label substratus.ai/recipe of its Jobs, or leave it out');
}

/** Whether there can be an object of such a name. */
export function checkImportedName(scope: Construct, { name, namespace }: Pick<ImportedArtifact, 'name' | 'namespace'>): void {
  if (!OBJECT_NAME.test(name)) throw new ValidationError(scope, `name is '${name}', which no object can have; give its metadata.name`);
  if (!isDns1123Label(namespace)) throw new ValidationError(scope, `namespace is '${namespace}', which no namespace can have; give its metadata.namespace`);
}
