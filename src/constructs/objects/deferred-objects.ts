import { ApiObject, Lazy } from 'cdk8s';
import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KubeObject } from '../../expand';
import { clusterScoped } from './cluster-scoped';

/** Objects as they are at synth: which there are is known now, what is in them may depend on what is declared later. */
export function addDeferredObjects(scope: Construct, produce: () => KubeObject[]): void {
  for (const [index, object] of produce().entries()) addLateObject(scope, object, () => produce()[index] ?? object);
}

/** An object whose fields are known now, and whose values may depend on what is declared later: they are looked up at synth. */
export function addLateObject(scope: Construct, object: KubeObject, now: () => KubeObject): ApiObject {
  const { apiVersion = '', kind = '', metadata = {}, ...rest } = object;
  const annotations = late(metadata.annotations ?? {}, () => now().metadata?.annotations ?? {});
  const created = new ApiObject(scope, objectId(object), {
    apiVersion,
    kind,
    metadata: { ...metadata, annotations } as ApiObjectMetadata,
    ...late(rest, now),
  });
  if (metadata.namespace === undefined) clusterScoped(created);
  return created;
}

/** The construct id of an object. */
export function objectId({ kind = '', metadata }: KubeObject): string {
  return `${kind}-${metadata?.name ?? ''}`;
}

/** Each value of an object, looked up when it is written. */
function late(object: object, now: () => object): Record<string, string> {
  const valueOf = (key: string): unknown => (now() as Record<string, unknown>)[key];
  return Object.fromEntries(Object.keys(object).map((key) => [key, Lazy.any({ produce: () => valueOf(key) }) as string]));
}
