/** What holds for every child of every kind on every cloud. */
import { API_VERSION } from '../../src/api/resource';
import type { Resource } from '../../src/api/resource';
import { expandWorkspace, workspaceNamespaces } from '../../src/expand';
import type { Child } from '../../src/expand';
import { schemaErrors } from '../schemas/validate';
import { CASES, platforms } from './cases';
import type { Case } from './cases';
import { childrenOf, frozen, inputsOf, NAMESPACE, templateOf } from './fixtures';
import { baselineViolations, restrictedViolations } from './pod-security';

function everyChild(visit: (child: Child, which: Case) => string[]): string[] {
  return CASES.flatMap((which) => childrenOf(which.resource, which).flatMap((child) => visit(child, which)));
}

/* Before 1.30, where the field came, the annotation was the only way, and BuildKit needs it. */
const ONLY_WAY = /annotations has the key "container\.apparmor\.security\.beta\.kubernetes\.io\/builder", which is deprecated$/;

test('every child is strictly valid on the oldest Kubernetes and on the current one', () => {
  const problems = everyChild(({ object, step }, { platform: { kubernetesVersion } }) => {
    if (kubernetesVersion !== '1.27') return schemaErrors(object, 'current');
    const errors = [...schemaErrors(object, '1.27'), ...schemaErrors(object, 'current')];
    return step === 'build' ? errors.filter((error) => !ONLY_WAY.test(error)) : errors;
  });
  expect([...new Set(problems)]).toEqual([]);
});

test('every object of a workspace is strictly valid', () => {
  const objects = platforms().flatMap((platform) => [...workspaceNamespaces(platform, NAMESPACE), ...expandWorkspace(platform, NAMESPACE)]);
  expect([...new Set(objects.flatMap((object) => [...schemaErrors(object, '1.27'), ...schemaErrors(object, 'current')]))]).toEqual([]);
});

test('every pod but a build meets the baseline standard', () => {
  const violations = everyChild((child, { resource, platform }) => {
    const template = templateOf(child);
    if (!template || child.step === 'build') return [];
    return baselineViolations(template).map((violation) => `${platform.cloud} ${resource.kind} ${child.step}: ${violation}`);
  });
  expect([...new Set(violations)]).toEqual([]);
});

test('every pod of a restricted resource meets the restricted standard', () => {
  const violations = everyChild((child, { resource, platform }) => {
    const template = templateOf(child);
    if (!template || resource.spec.podSecurity !== 'restricted') return [];
    return restrictedViolations(template).map((violation) => `${platform.cloud} ${resource.kind} ${child.step}: ${violation}`);
  });
  expect([...new Set(violations)]).toEqual([]);
});

test('no pod is given a Kubernetes token or the addresses of its neighbours', () => {
  const exposed = everyChild((child, { resource }) => {
    const spec = templateOf(child)?.spec;
    if (!spec || (spec.automountServiceAccountToken === false && spec.enableServiceLinks === false)) return [];
    return [`${resource.kind} ${child.step}`];
  });
  expect(exposed).toEqual([]);
});

test('the writer\'s identity is the publish step\'s alone', () => {
  const accounts = everyChild((child) => {
    const account = templateOf(child)?.spec?.serviceAccountName;
    return account ? [`${child.step}: ${account}`] : [];
  });
  expect([...new Set(accounts)].sort()).toEqual([
    'build: image-builder', 'check: artifact-reader', 'publish: artifact-writer', 'run: artifact-reader', 'serve: artifact-reader',
  ]);
});

test('two expansions are the same bytes, and change nothing of what they were given', () => {
  for (const which of CASES) {
    const { resource, platform } = frozen(structuredClone(which));
    const inputs = frozen(inputsOf(resource, platform));
    expect(JSON.stringify(childrenOf(resource, { platform, inputs }))).toBe(JSON.stringify(childrenOf(which.resource, which)));
  }
});

test('no two children of a resource have the same kind and name', () => {
  const twice = CASES.filter((which) => {
    const names = childrenOf(which.resource, which).map(({ object }) => `${object.kind}/${object.metadata?.name}`);
    return new Set(names).size !== names.length;
  });
  expect(twice).toEqual([]);
});

test('every child is in the namespace of its resource, and labelled as its', () => {
  const astray = everyChild(({ object: { kind, metadata } }, { resource }) => {
    const isOurs = metadata?.namespace === NAMESPACE
      && metadata.labels?.[resource.kind.toLowerCase()] === resource.metadata.name
      && metadata.labels['app.kubernetes.io/managed-by'] === 'substratus';
    return isOurs ? [] : [`${kind} ${metadata?.name}`];
  });
  expect(astray).toEqual([]);
});

test('no two volumes of a pod, and no two mounts of a container, are in each other\'s way', () => {
  const clashes = everyChild((child, { platform, resource }) => {
    const spec = templateOf(child)?.spec;
    const volumes = spec?.volumes?.map(({ name }) => name) ?? [];
    const mounts = [...spec?.initContainers ?? [], ...spec?.containers ?? []].map(({ volumeMounts = [] }) => volumeMounts);
    const lists = [volumes, ...mounts.map((list) => list.map(({ mountPath }) => mountPath))];
    const hasClash = mounts.flat().some(({ name }) => !volumes.includes(name)) || lists.some((list) => new Set(list).size !== list.length);
    return hasClash ? [`${platform.cloud} ${resource.kind} ${child.step}`] : [];
  });
  expect([...new Set(clashes)]).toEqual([]);
});

test('a kind that there is not is an error', () => {
  const job = { apiVersion: API_VERSION, kind: 'Job', metadata: { name: 'x', namespace: NAMESPACE }, spec: {} } as unknown as Resource;
  expect(() => childrenOf(job)).toThrow('kind Job is none of Model, Dataset, Server, Notebook');
});
