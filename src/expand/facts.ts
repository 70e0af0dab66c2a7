/** The facts of a model along the chain: an import has those of its source, training keeps them, quantizing changes format and bytes. */
import { FACTS_ANNOTATION } from '../api/facts';
import type { FactsSpec } from '../api/facts';
import type { ModelResource, ModelSpec } from '../api/resource';
import { factsNamed } from '../catalog/known-models';
import { runtimeNamed, settingsOf } from '../runtimes';
import { factsFrom } from '../sizing/facts-check';
import { quantizedFacts } from '../sizing/quantizing';
import { ExpandError } from './error';

/**
 * What is known of the model that a Model makes: what its author says, or else what follows from its program and its base.
 *
 * @param base what is known of the model that it starts from
 * @throws ExpandError if what the author says is broken
 */
export function factsOf(resource: Pick<ModelResource, 'metadata' | 'spec'>, base: FactsSpec | undefined): FactsSpec | undefined {
  return factsGiven(resource) ?? factsMadeBy(resource.spec, base);
}

/**
 * What the author of a Model says of it, in its annotation; `undefined` if nothing.
 *
 * @throws ExpandError if that is broken
 */
export function factsGiven({ metadata }: Pick<ModelResource, 'metadata'>): FactsSpec | undefined {
  const text = metadata.annotations?.[FACTS_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    return factsFrom(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `it is not JSON (${error.message})` : error instanceof TypeError ? error.message : String(error);
    throw new ExpandError(`annotation ${FACTS_ANNOTATION} cannot be used: ${reason}`);
  }
}

/** The facts of what a ready-made program makes, as far as they follow from its settings and from the model that it starts from. */
export function factsMadeBy({ runtime: { name } = { name: '' }, params }: ModelSpec, base: FactsSpec | undefined): FactsSpec | undefined {
  const runtime = runtimeNamed(name);
  if (!runtime) return undefined;
  const settings = settingsOf(runtime.params('Model'), params);
  if (name === 'huggingface') return settings.include === '' ? factsNamed(String(settings.repo)) : undefined;
  if (!base) return undefined;
  if (runtime.role === 'quantizer') return quantizedFacts(base, name, name === 'gguf' ? String(settings.type) : undefined);
  return runtime.role === 'trainer' && settings.output !== 'adapter' ? inHalfPrecision(base) : undefined;
}

/** Training writes weights of 16 bits, whatever it was loaded in. */
function inHalfPrecision(facts: FactsSpec): FactsSpec {
  return facts.weights === 'bf16' || facts.weights === 'fp16' ? facts : { ...facts, weights: 'bf16', weightBytes: 2 * facts.parameters };
}
