/** The table says what expansion produces: no more, no less. */
import type { PlatformSpec } from '../../src/api/platform';
import { CHILD_TYPES, childTypes, expandWorkspace, workspaceTypes } from '../../src/expand';
import type { KubeObject, ObjectType } from '../../src/expand';
import { CASES, platforms } from './cases';
import { childrenOf, CLOUDS, NAMESPACE, platformOf, server } from './fixtures';

function typesOf(objects: readonly KubeObject[]): string[] {
  return [...new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))].sort();
}

function named(types: readonly ObjectType[]): string[] {
  return types.map(({ group, version, kind }) => `${group ? `${group}/` : ''}${version} ${kind}`).sort();
}

test('the children of all resources on all platforms have the types of the table, and each type has children', () => {
  const children = CASES.flatMap((which) => childrenOf(which.resource, which).map(({ object }) => object));
  expect(typesOf(children)).toEqual(named(CHILD_TYPES));
});

test.each(CLOUDS)('each platform on %s has the same types of children', (cloud) => {
  const children = CASES.filter(({ platform }) => platform.cloud === cloud)
    .flatMap((which) => childrenOf(which.resource, which).map(({ object }) => object));
  expect(typesOf(children)).toEqual(named(CHILD_TYPES));
});

test('a platform with KEDA has the types of those that it scales too', () => {
  const platform = platformOf('gcp', { keda: {} });
  const children = childrenOf(server({ autoscaling: { min: 0, max: 4 } }), { platform }).map(({ object }) => object);
  const own = typesOf(children).filter((type) => type.includes('keda'));
  expect(own).toEqual(['http.keda.sh/v1beta1 InterceptorRoute', 'keda.sh/v1alpha1 ScaledObject']);
  expect(named(childTypes(platform))).toEqual([...named(CHILD_TYPES), ...own].sort());
});

test('a platform with LeaderWorkerSet has its type, and policies among the pods of a group', () => {
  const platform = platformOf('gcp', { leaderWorkerSet: {} });
  const many = server({ image: 'acme/many', nodes: 2 });
  const own = typesOf(childrenOf(many, { platform }).map(({ object }) => object)).filter((type) => !named(CHILD_TYPES).includes(type));
  expect(own).toEqual(['leaderworkerset.x-k8s.io/v1 LeaderWorkerSet', 'networking.k8s.io/v1 NetworkPolicy']);
  expect(named(childTypes(platform))).toEqual([...named(CHILD_TYPES), ...own].sort());
});

test.each(platforms().map((platform): [string, PlatformSpec] => [`${platform.cloud} ${platform.artifacts.url} ${platform.kubernetesVersion}`, platform]))(
  'a workspace on %s has the types of its table', (_, platform) => {
    expect(named(workspaceTypes(platform))).toEqual(typesOf(expandWorkspace(platform, NAMESPACE)));
  });

test('only clouds that mount through a volume have types of volumes', () => {
  const kinds = (cloud: string): string[] => workspaceTypes(platformOf(cloud)).map(({ kind }) => kind);
  expect(Object.fromEntries(CLOUDS.map((cloud) => [cloud, kinds(cloud)]))).toEqual({
    'gcp': ['ServiceAccount', 'NetworkPolicy'],
    'aws': ['ServiceAccount', 'PersistentVolumeClaim', 'PersistentVolume', 'NetworkPolicy'],
    'azure': ['ServiceAccount', 'PersistentVolumeClaim', 'PersistentVolume', 'NetworkPolicy'],
    'local': ['ServiceAccount', 'PersistentVolumeClaim', 'PersistentVolume', 'NetworkPolicy'],
    'on-premises': ['ServiceAccount', 'PersistentVolumeClaim', 'PersistentVolume', 'NetworkPolicy'],
  });
});
