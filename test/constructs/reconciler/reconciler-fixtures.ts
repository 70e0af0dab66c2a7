/** What the tests of the Reconciler share. */
import { App, Chart } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container } from 'kubernetes-types/core/v1';
import { Reconciler } from '../../../src';
import type { Platform, ReconcilerProps } from '../../../src';
import type { KubeObject } from '../../../src/expand';
import { gcp, objectsOf } from '../fixtures';

/** The reconciler, alone in an App; of a platform with one workspace, unless another is given. */
export function reconciler(props: Partial<ReconcilerProps> = {}, app = new App()): Reconciler {
  return new Reconciler(new Chart(app, 'system'), 'substratus', { platform: withWorkspaces(gcp()), ...props });
}

export function withWorkspaces(platform: Platform, ...namespaces: readonly string[]): Platform {
  for (const namespace of namespaces.length > 0 ? namespaces : ['team-a']) platform.addWorkspace(namespace);
  return platform;
}

export function reconcilerOn(platform: Platform, props: Partial<ReconcilerProps> = {}): Reconciler {
  return reconciler({ platform, ...props });
}

/** All that is written in its chart. */
export function writtenBy(construct: Reconciler): KubeObject[] {
  return objectsOf(Chart.of(construct));
}

export function find<T extends KubeObject>(construct: Reconciler, kind: string, name?: string): T {
  const found = writtenBy(construct).find((object) => object.kind === kind && (name === undefined || object.metadata?.name === name));
  if (!found) throw new Error(`there is no ${kind} ${name ?? ''}`);
  return found as T;
}

export function deploymentOf(construct: Reconciler): Deployment {
  return find<Deployment>(construct, 'Deployment');
}

export function containerOf(construct: Reconciler): Container {
  const [container] = deploymentOf(construct).spec?.template.spec?.containers ?? [];
  if (!container) throw new Error('there is no container');
  return container;
}

export function environmentOf(construct: Reconciler): Record<string, string | undefined> {
  const { env = [] } = containerOf(construct);
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom?.fieldRef?.fieldPath]));
}

/** The ConfigMap that holds the program. */
export function programOf(construct: Reconciler): ConfigMap {
  const found = writtenBy(construct).find((object): object is ConfigMap => 'binaryData' in object);
  if (!found) throw new Error('there is no program');
  return found;
}
