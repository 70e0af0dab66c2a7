/** The facts of a model along the chain: an import has those of its source, training keeps them, quantizing changes format and bytes. */
import type { Construct } from 'constructs';
import type { FactsSpec } from '../../api/facts';
import type { ModelSpec } from '../../api/resource';
import { factsNamed } from '../../catalog/models';
import { runtimeNamed, settingsOf } from '../../runtimes';
import { quantizedFacts } from '../../sizing/quantizing';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { IModel } from './artifacts';
import { ModelFacts } from './model-facts';

/** For callers without types. */
export function checkedFacts(scope: Construct, prop: string, facts: ModelFacts | undefined): ModelFacts | undefined {
  if (facts === undefined || facts instanceof ModelFacts) return facts;
  throw new ValidationError(scope, `${prop} is ${formatValue(facts)}, which is not a ModelFacts; write for example ModelFacts.of('Qwen/Qwen3-8B')`);
}

/** The facts of what a ready-made program makes, as far as they follow from its settings and from the model that it starts from. */
export function factsMadeBy(spec: ModelSpec, from: IModel | undefined): ModelFacts | undefined {
  const facts = madeBy(spec, from?.modelFacts?._spec);
  return facts && ModelFacts._of(facts);
}

function madeBy({ runtime: { name } = { name: '' }, params }: ModelSpec, from: FactsSpec | undefined): FactsSpec | undefined {
  const runtime = runtimeNamed(name);
  if (!runtime) return undefined;
  const settings = settingsOf(runtime.params('Model'), params);
  if (name === 'huggingface') return settings.include === '' ? factsNamed(String(settings.repo)) : undefined;
  if (!from) return undefined;
  if (runtime.role === 'quantizer') return quantizedFacts(from, name, name === 'gguf' ? String(settings.type) : undefined);
  return runtime.role === 'trainer' && settings.output !== 'adapter' ? inHalfPrecision(from) : undefined;
}

/** Training writes weights of 16 bits, whatever it was loaded in. */
function inHalfPrecision(facts: FactsSpec): FactsSpec {
  return facts.weights === 'bf16' || facts.weights === 'fp16' ? facts : { ...facts, weights: 'bf16', weightBytes: 2 * facts.parameters };
}
