/** What the roles of the reconciler grant, for the tests that hold them against what it does. */
import type { PolicyRule, Role } from 'kubernetes-types/rbac/v1';
import { Platform } from '../../../src';
import { CHILD_TYPES, workspaceTypes } from '../../../src/expand';
import type { KubeObject, ObjectType } from '../../../src/expand';
import { gcp, local } from '../fixtures';

/** What rules grant, as `verb group/resource`, with the one name that a rule may be held to. */
function grants(rules: readonly PolicyRule[] = []): string[] {
  return rules.flatMap(({ apiGroups = [], resources = [], verbs, resourceNames = [''] }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.flatMap((verb) =>
      resourceNames.map((name) => `${verb} ${group}/${resource}${name && ` ${name}`}`)))));
}

export function granted(objects: readonly KubeObject[], kind: string, namespace?: string): string[] {
  const roles = objects.filter((object) => object.kind === kind && object.metadata?.name === 'substratus-reconciler' && object.metadata.namespace === namespace);
  return roles.flatMap((role) => grants((role as Role).rules));
}

export function kindsOf(objects: readonly KubeObject[]): string[] {
  return [...new Set(objects.map(({ kind = '' }) => kind))].sort();
}

export const TYPES: readonly ObjectType[] = [...CHILD_TYPES, ...['aws', 'local'].flatMap((cloud) => workspaceTypes(
  { cloud, clusterName: 'ml', artifacts: { url: cloud === 'aws' ? 's3://acme' : 'file:///var/artifacts' } },
))];

/** Kinds that may be created among those of expansion. */
export function creatable(rules: readonly string[], among: readonly ObjectType[] = TYPES): string[] {
  const types = among.filter(({ group, plural }) => rules.includes(`create ${group}/${plural}`));
  return [...new Set(types.map(({ kind }) => kind))].sort();
}

export function aws(): Platform {
  return Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' });
}

export function platformLike(cloud: string): Platform {
  switch (cloud) {
    case 'gcp': return gcp();
    case 'aws': return aws();
    case 'azure': return Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml' });
    default: return local();
  }
}
