/** What is known of a model: as a prop, and in the resource that is written. */
import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { FACTS_ANNOTATION } from '../../api/facts';
import type { FactsSpec } from '../../api/facts';
import type { ModelSpec, Resource } from '../../api/resource';
import { factsOf, keyOf, withDerived } from '../../expand';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { IModel } from './artifacts';
import type { Declarations } from './declarations';
import { ModelFacts } from './model-facts';

/** For callers without types. */
export function checkedFacts(scope: Construct, prop: string, facts: ModelFacts | undefined): ModelFacts | undefined {
  if (facts === undefined || facts instanceof ModelFacts) return facts;
  throw new ValidationError(scope, `${prop} is ${formatValue(facts)}, which is not a ModelFacts; write for example ModelFacts.of('Qwen/Qwen3-8B')`);
}

/** Facts that the author gives travel with the resource: nothing else in it says them. */
export function metadataWith(facts: ModelFacts | undefined, metadata: ApiObjectMetadata | undefined): ApiObjectMetadata | undefined {
  if (!facts) return metadata;
  return { ...metadata, annotations: { ...metadata?.annotations, [FACTS_ANNOTATION]: JSON.stringify(facts._spec) } };
}

interface Made {
  readonly spec: ModelSpec;
  readonly metadata?: ApiObjectMetadata;
  /** The model that it starts from. */
  readonly model?: IModel;
}

/** What is known of the model that is made: what its author says, or else what follows from its program and its base. */
export function modelFactsOf(scope: Construct, { spec, metadata, model }: Made): ModelFacts | undefined {
  try {
    const facts = factsOf({ spec, metadata: { name: '', annotations: metadata?.annotations } }, model?.modelFacts?._spec);
    return facts && ModelFacts._of(facts);
  } catch (error) {
    throw error instanceof Error ? new ValidationError(scope, error.message) : error;
  }
}

interface KnownModels {
  /** That which the resource runs on. */
  readonly from?: IModel;
  /** What is known of the one that it makes. */
  readonly made?: FactsSpec;
}

/** Fills in what follows from what is known of models, as the platform is when it is asked. */
export function derivation({ from, made }: KnownModels, declarations: Declarations): ((resource: Resource) => Resource) | undefined {
  const facts = from?.modelFacts?._spec;
  if (!facts && !made) return undefined;
  return (resource) => {
    const { spec: platform } = declarations;
    const source = from && declarations.source(keyOf({ kind: 'Model', namespace: from.modelNamespace, name: from.modelName }));
    const isOnlyMounted = source !== undefined && source.bucket === undefined;
    return platform ? withDerived(resource, { platform, isOnlyMounted, ...(facts && { from: facts }), ...(made && { made }) }) : resource;
  };
}
