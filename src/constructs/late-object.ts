import { ApiObject, Lazy } from 'cdk8s';
import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KubeObject } from '../expand';

/** An object whose fields are known now, and whose values may depend on what is declared later: they are looked up at synth. */
export function lateObject(scope: Construct, object: KubeObject, now: () => KubeObject): ApiObject {
  const { apiVersion = '', kind = '', metadata = {}, ...rest } = object;
  const annotations = late(metadata.annotations ?? {}, () => now().metadata?.annotations ?? {});
  return new ApiObject(scope, objectId(object), {
    apiVersion,
    kind,
    metadata: { ...metadata, annotations } as ApiObjectMetadata,
    ...late(rest, now),
  });
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
