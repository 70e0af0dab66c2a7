/** The ConfigMap with `params.json`: immutable, and named by its content, so that other params are another revision. */
import type { ConfigMap, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { CommonSpec, Resource } from '../api/resource';
import { childMetadata, childName, contentHash } from './child';
import { ExpandError } from './error';

const FILE = 'params.json';

export interface Params {
  readonly configMap: ConfigMap;
  readonly volume: Volume;
  readonly volumeMount: VolumeMount;
}

export function paramsOf(resource: Resource): Params {
  const text = paramsJson(resource.spec);
  const name = childName(resource, `${resource.kind.toLowerCase()}-params-${contentHash(text)}`);
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: childMetadata(resource, { name, role: 'params' }),
      immutable: true,
      data: { [FILE]: text },
    },
    volume: { name: 'params', configMap: { name } },
    volumeMount: { name: 'params', mountPath: `/content/${FILE}`, subPath: FILE, readOnly: true },
  };
}

/** Numbers and booleans as JSON has them. */
const LITERAL = /^(true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)$/;

/** Sorted by key. A literal is written as its text, so that no number is rounded. */
function paramsJson({ params = {}, literalParams = [] }: Pick<CommonSpec, 'params' | 'literalParams'>): string {
  const unknown = literalParams.find((key) => params[key] === undefined);
  if (unknown !== undefined) throw new ExpandError(`literalParams names ${unknown}, which params does not have; add it, or take the name out`);
  const lines = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${valueOf(key, value, literalParams.includes(key))}`);
  return lines.length > 0 ? `{\n${lines.join(',\n')}\n}\n` : '{}\n';
}

function valueOf(key: string, value: number | string, isLiteral: boolean): string {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new ExpandError(`param ${key} is an integer beyond 2^53, of which digits are lost; write it as a string, and its name in literalParams`);
  }
  if (!isLiteral || typeof value === 'number') return JSON.stringify(value);
  if (LITERAL.test(value)) return value;
  throw new ExpandError(`literalParams names ${key}, which is ${JSON.stringify(value)}; take the name out, or write a number, true or false`);
}
