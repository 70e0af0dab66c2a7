/** The ConfigMap with `params.json`: immutable, and named by its content, so that other params are another revision. */
import type { ConfigMap, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { Resource } from '../api/resource';
import { childMetadata, childName, contentHash } from './child';

const FILE = 'params.json';

export interface Params {
  readonly configMap: ConfigMap;
  readonly volume: Volume;
  readonly volumeMount: VolumeMount;
}

export function paramsOf(resource: Resource): Params {
  const text = paramsJson(resource.spec.params ?? {});
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

function paramsJson(params: Record<string, number | string>): string {
  const sorted = Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
