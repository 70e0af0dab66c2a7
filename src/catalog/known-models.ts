/** The models of the table, which is loaded when the first of them is asked for. */
import type { FactsSpec } from '../api/facts';
import type * as models from './models';

/** The facts of a model by its name on Hugging Face, in any case; `undefined` if it is not in the table. */
export function factsNamed(name: string): FactsSpec | undefined {
  return table().BY_NAME.get(name.toLowerCase());
}

/** Their names. */
export function knownModelNames(): string[] {
  return table().MODELS.map(({ name }) => name);
}

function table(): typeof models {
  return require('./models') as typeof models;
}
