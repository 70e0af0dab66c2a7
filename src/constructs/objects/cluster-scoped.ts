import { Chart, JsonPatch } from 'cdk8s';
import type { ApiObject } from 'cdk8s';

/** Takes the namespace off an object that can have none: a Chart stamps its own on all that is in it. */
export function clusterScoped(object: ApiObject): void {
  if (Chart.of(object).namespace !== undefined) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
}
