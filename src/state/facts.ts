/** What is known of the models among what a cluster is given. */
import type { FactsSpec } from '../api/facts';
import { referencesOf } from '../api/resource';
import type { ModelResource, Resource } from '../api/resource';
import { describe, ExpandError, factsOf, gatesOf, namespaceOf } from '../expand';
import type { Input } from '../expand';
import { resourceFor } from './cluster';
import type { ClusterState } from './state';

/**
 * The facts of the model that the program of a resource loads: of a Server or Notebook its model (of an adapter its base), of a training
 * or a quantization what it starts from. `undefined` where it loads none, or one of which nothing is known.
 *
 * @throws ExpandError if what an author says of a model is broken
 */
export function factsFor(cluster: ClusterState, resource: Resource): FactsSpec | undefined {
  const field = referencesOf(resource).base ? 'base' : 'model';
  const input = gatesOf(resource).find((gate) => gate.field === field);
  return input && modelFactsAt(cluster, input, []);
}

/**
 * The facts of the model that a Model makes.
 *
 * @throws ExpandError if what an author says of a model is broken
 */
export function modelFactsFor(cluster: ClusterState, model: ModelResource): FactsSpec | undefined {
  return madeBy(cluster, model, []);
}

/** @param path models that wait for this one, to end where they wait for themselves */
function madeBy(cluster: ClusterState, model: ModelResource, path: readonly Resource[]): FactsSpec | undefined {
  if (path.includes(model)) return undefined;
  const input = gatesOf(model).find(({ field }) => field === 'model');
  const base = input && modelFactsAt(cluster, input, [...path, model]);
  try {
    return factsOf(model, base);
  } catch (error) {
    if (!(error instanceof ExpandError)) throw error;
    throw new ExpandError(`${describe({ kind: model.kind, namespace: namespaceOf(model), name: model.metadata.name })}: ${error.message}`);
  }
}

function modelFactsAt(cluster: ClusterState, gate: Input, path: readonly Resource[]): FactsSpec | undefined {
  const target = resourceFor(cluster, gate);
  return target?.kind === 'Model' ? madeBy(cluster, target, path) : undefined;
}
