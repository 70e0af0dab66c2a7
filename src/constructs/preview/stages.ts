/** The steps of all resources, each in its wave. */
import type { NotebookResource, Resource } from '../../api/resource';
import { gatesOf, keyOf, keyOfResource, STEPS, tokenSecretName } from '../../expand';
import type { Child, KubeObject, Step } from '../../expand';
import type { PreviewedResource } from './previewed-resource';

/** One step of one resource. */
export interface Stage {
  readonly wave: number;
  readonly step: Step;
  readonly resource: Resource;
  readonly objects: readonly KubeObject[];
  readonly tokenSecret?: string;
}

/**
 * Each step after the last of what its resource waits for, and one after another. What is suspended serves last, for it never
 * becomes healthy.
 */
export function stagesOf(resources: readonly PreviewedResource[]): Stage[] {
  const stages = naturalStages(resources);
  const last = 1 + Math.max(0, ...stages.map(({ wave }) => wave));
  return stages.map((stage) => (stage.step === 'serve' && stage.resource.spec.suspend ? { ...stage, wave: last } : stage));
}

function naturalStages(resources: readonly PreviewedResource[]): Stage[] {
  const lastWave = new Map<string, number>();
  return resources.flatMap(({ resource, children }) => {
    const first = 1 + Math.max(0, ...gatesOf(resource).map((gate) => lastWave.get(keyOf(gate)) ?? 0));
    const steps = stepsOf(children);
    lastWave.set(keyOfResource(resource), first + steps.length - 1);
    return steps.map((step, index) => ({
      wave: first + index,
      step,
      resource,
      objects: children.filter((child) => child.step === step || (index === 0 && child.step === 'prepare')).map(({ object }) => object),
      ...(resource.kind === 'Notebook' && { tokenSecret: tokenSecretName(resource as NotebookResource) }),
    }));
  });
}

/** The steps that there are, in order; what only prepares goes with the first of them. */
function stepsOf(children: readonly Child[]): Step[] {
  return STEPS.filter((step) => step !== 'prepare' && children.some((child) => child.step === step));
}
