/** What comes of each resource of the load: what the bare writer writes, and what the reconciler's writes are counted against. */
import { platformOn } from '../../examples/platforms';
import type { PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import { artifactUrl, expand, gatesOf } from '../../src/expand';
import type { Child, Inputs } from '../../src/expand';
import type { KubeObject } from '../../test/cluster/client';
import type { Task } from './bare-writer';

export const PLATFORM = platformOn('local').toJson() as PlatformSpec;
const RECIPE = '0123456789abcdefghjkmnpqrs';

/** Of a Dataset, which is in the bucket already, it ends with the check. */
const FOUND_STEPS = ['prepare', 'check'];

export function taskOf(object: KubeObject): Task {
  const resource = object as Resource;
  return { resource, children: childrenOf(resource).map((child) => child.object) };
}

/** A task without the Deployment, and what is left then: the reconciler writes what costs nothing while a Server waits for its Model. */
export function atDeployment({ resource, children }: Task): { readonly before: readonly KubeObject[]; readonly then: Task } {
  const isDeployment = ({ kind }: KubeObject): boolean => kind === 'Deployment';
  return { before: children.filter((child) => !isDeployment(child)), then: { resource, children: children.filter(isDeployment) } };
}

function childrenOf(resource: Resource): Child[] {
  const inputs: Inputs = Object.fromEntries(gatesOf(resource).map((gate) => {
    const artifact = { ...gate, recipeDigest: RECIPE };
    return [gate.kind.toLowerCase(), { ...artifact, url: artifactUrl(PLATFORM, artifact) }];
  }));
  const children = expand(resource, { platform: PLATFORM, inputs });
  return resource.kind === 'Dataset' ? children.filter(({ step }) => FOUND_STEPS.includes(step)) : children;
}
