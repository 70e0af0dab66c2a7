import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

const ANNOTATION = 'argocd.argoproj.io/sync-wave';

/** Has Argo CD apply all objects below a construct in a wave of their own. What says no wave is in wave 0. */
export function inSyncWave(scope: IConstruct, wave: number): void {
  for (const construct of scope.node.findAll()) {
    if (ApiObject.isApiObject(construct)) construct.metadata.addAnnotation(ANNOTATION, String(wave));
  }
}
