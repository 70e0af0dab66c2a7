/** Adapters that a Server serves beside its model. */
import type { ServerResource, ServerSpec } from './resource';

/** Each is a mount of the pod, and one that is not computed with waits in its memory. */
export const MOST_ADAPTERS = 32;

/** Names of adapters are part of those of volumes and containers. */
export const ADAPTER_NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
export const LONGEST_ADAPTER_NAME = 40;

/** The name under which the base of an adapter answers that is the model of a Server. */
export const BASE_NAME = 'base';

/** The name under which an adapter of a Server answers. */
export function adapterName(server: string, adapter: string): string {
  return `${server}:${adapter}`;
}

/** The names under which a Server answers, its own first. */
export function servedNames({ metadata: { name }, spec: { base, adapters = [] } }: Pick<ServerResource, 'metadata' | 'spec'>): string[] {
  const others = adapters.map((adapter) => adapterName(name, adapter.name)).sort();
  return [name, ...(base?.name ? [adapterName(name, BASE_NAME)] : []), ...others];
}

/** Why an adapter cannot have a name; `undefined` if it can. */
export function adapterNameProblem(name: string): string | undefined {
  if (name === BASE_NAME) return 'which is the name of the model that an adapter was trained from';
  if (name.length <= LONGEST_ADAPTER_NAME && new RegExp(ADAPTER_NAME_PATTERN).test(name)) return undefined;
  return `which is not 1 to ${LONGEST_ADAPTER_NAME} lower-case letters, digits and - inside`;
}

/** What is wrong with the names of the adapters of a Server; `undefined` if nothing is. */
export function adaptersProblem({ adapters = [] }: Pick<ServerSpec, 'adapters'>): string | undefined {
  if (adapters.length > MOST_ADAPTERS) {
    return `adapters has ${adapters.length} entries, and ${MOST_ADAPTERS} are allowed; serve the others by another Server of the same model`;
  }
  for (const [index, { name }] of adapters.entries()) {
    const problem = adapterNameProblem(name);
    if (problem !== undefined) return `adapters[${index}].name is ${name}, ${problem}; give it another name`;
    if (adapters.findIndex((other) => other.name === name) < index) return `adapters has two named ${name}; give one of them another name`;
  }
  return undefined;
}
