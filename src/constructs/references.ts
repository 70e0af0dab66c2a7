/** What a kind refers to: its model and its dataset. */
import { Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { InputDigests } from '../api/digest';
import type { InputsSpec } from '../api/resource';
import type { Access } from './access';
import type { IDataset } from './dataset';
import type { DeclaredReference } from './declarations';
import type { IModel } from './model';
import { ValidationError } from './validation-error';

export interface References {
  readonly model?: IModel;
  readonly dataset?: IDataset;
  readonly access?: Access;
}

export interface ResolvedReferences {
  readonly spec: InputsSpec;
  readonly references: readonly DeclaredReference[];
  readonly digests: InputDigests;
}

/** The references as the wire has them, and what is known of what they point to. */
export function resolveReferences(scope: Construct, { model, dataset, access }: References): ResolvedReferences {
  const namespace = namespaceAt(scope);
  const references = {
    ...(model && { model: modelReference(scope, model) }),
    ...(dataset && { dataset: datasetReference(scope, dataset) }),
  };
  const wire = ({ name, namespace: target }: DeclaredReference) => ({ name, ...(target !== namespace && { namespace: target }) });
  return {
    spec: {
      ...(references.model && { model: wire(references.model) }),
      ...(references.dataset && { dataset: wire(references.dataset) }),
      ...(access && { access }),
    },
    references: Object.values(references),
    digests: {
      ...(references.model && { model: digestOf(references.model) }),
      ...(references.dataset && { dataset: digestOf(references.dataset) }),
    },
  };
}

/** The namespace of what is declared here, `default` where its chart names none. */
export function namespaceAt(scope: IConstruct): string {
  return Chart.of(scope).namespace ?? 'default';
}

/** Where only the name is known, the name stands for the recipe. */
function digestOf({ recipeDigest, namespace, name }: DeclaredReference): string {
  return recipeDigest ?? `${namespace}/${name}`;
}

function modelReference(scope: Construct, model: IModel): DeclaredReference {
  checkReference(scope, { field: 'model', target: model, attribute: 'modelName' });
  return { kind: 'Model', namespace: model.modelNamespace, name: model.modelName, recipeDigest: model.recipeDigest };
}

function datasetReference(scope: Construct, dataset: IDataset): DeclaredReference {
  checkReference(scope, { field: 'dataset', target: dataset, attribute: 'datasetName' });
  return { kind: 'Dataset', namespace: dataset.datasetNamespace, name: dataset.datasetName, recipeDigest: dataset.recipeDigest };
}

interface ReferenceCheck {
  readonly field: 'model' | 'dataset';
  readonly target: IConstruct;
  readonly attribute: string;
}

/** For callers without types, and for what types cannot say. */
function checkReference(scope: Construct, { field, target, attribute }: ReferenceCheck): void {
  const kind = field === 'model' ? 'Model' : 'Dataset';
  if (!(attribute in target)) {
    throw new ValidationError(scope, `${field} is ${target.node?.path ?? String(target)}, a ${target.constructor.name}; it must be a ${kind}`);
  }
  if (target.node.root !== scope.node.root) {
    throw new ValidationError(scope, `${field} is ${target.node.path} of another App; declare it in this one, or refer to it with ${kind}.from${kind}Attributes`);
  }
}
