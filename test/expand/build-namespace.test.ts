/** A20: images are built in a namespace of their own, in which nobody of the workspace can use what builds. */
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import { accountNamespaceOf, buildHomes, buildNamespaceOf } from '../../src/api/platform';
import type { PlatformSpec } from '../../src/api/platform';
import { expandWorkspace } from '../../src/expand';
import { childrenOf, CLOUDS, dataset, jobOf, model, nameOf, NAMESPACE, notebook, platformOf, server } from './fixtures';
import { canReach, policiesOf } from './network';
import { baselineViolations } from './pod-security';

const build = { git: { url: 'https://example.com/models.git' } };

/** The platform, with builds in a namespace of their own. */
function apart(cloud: string): PlatformSpec {
  const platform = platformOf(cloud);
  return { ...platform, workspaces: platform.workspaces?.map((workspace) => ({ ...workspace, buildNamespace: 'team-a-builds' })) };
}

function objects(platform: PlatformSpec, kind: string): string[] {
  return expandWorkspace(platform, NAMESPACE).filter((object) => object.kind === kind).map((object) => `${object.metadata?.namespace}/${nameOf(object)}`);
}

test.each([model({ build }), dataset({ build }), server({ build }), notebook({ build })])('the build of a $kind runs there, and nothing else does', (resource) => {
  const places = childrenOf(resource, { platform: apart('gcp') }).map(({ step, object }) => `${step} in ${object.metadata?.namespace}`);
  expect(new Set(places.filter((place) => place.endsWith('-builds')))).toEqual(new Set(['build in team-a-builds']));
  expect(places.filter((place) => place.startsWith('build'))).toHaveLength(1);
});

test('the Job is the same in both places, with its name, so that a build that is done is found', () => {
  const [here, there] = [platformOf('gcp'), apart('gcp')].map((platform) => jobOf('build', model({ build }), { platform }));
  expect(here?.metadata?.namespace).toBe('team-a');
  expect({ ...there, metadata: { ...there?.metadata, namespace: 'team-a' } }).toEqual(here);
});

test.each(CLOUDS)('on %s nothing of the workspace itself needs more than the baseline standard, and its identity to push is not in it', (cloud) => {
  const platform = apart(cloud);
  const inWorkspace = childrenOf(model({ build }), { platform }).filter(({ object }) => object.metadata?.namespace === NAMESPACE);
  const violations = inWorkspace.flatMap(({ object }) => {
    const { spec } = object as { spec?: { template?: Parameters<typeof baselineViolations>[0] } };
    return spec?.template ? baselineViolations(spec.template) : [];
  });
  expect(violations).toEqual([]);
  expect(objects(platform, 'ServiceAccount')).toEqual(['team-a/artifact-writer', 'team-a/artifact-reader', 'team-a-builds/image-builder']);
});

test.each(CLOUDS)('on %s the account there has the cloud identity of the workspace', (cloud) => {
  const accountOf = (platform: PlatformSpec) => expandWorkspace(platform, NAMESPACE).find((object) => nameOf(object) === 'image-builder') as ServiceAccount;
  const { metadata: here } = accountOf(platformOf(cloud));
  const { metadata: there } = accountOf(apart(cloud));
  expect([there?.labels, there?.annotations]).toEqual([here?.labels, here?.annotations]);
});

test.each(CLOUDS)('on %s the namespace has the rule for every pod and that for builds, and the workspace none for builds', (cloud) => {
  const policies = objects(apart(cloud), 'NetworkPolicy');
  expect(policies.filter((policy) => policy.startsWith('team-a-builds/'))).toEqual(['team-a-builds/substratus-default', 'team-a-builds/substratus-builds']);
  expect(policies).not.toContain('team-a/substratus-builds');
  const builder = { namespace: 'team-a-builds', labels: { model: 'opt', role: 'build' } };
  const inWorkspace = { ...builder, namespace: NAMESPACE };
  const packages = { address: '18.64.0.1', port: 80 };
  expect([builder, inWorkspace].map((pod) => canReach(policiesOf(apart(cloud)), pod, packages))).toEqual([true, false]);
});

test('a platform that was written before builds where its workspaces are', () => {
  const before = platformOf('gcp');
  expect([buildNamespaceOf(before, NAMESPACE), accountNamespaceOf(before, NAMESPACE, 'image-builder')]).toEqual([NAMESPACE, NAMESPACE]);
  expect([...buildHomes(before)]).toEqual([]);
  expect([...buildHomes(apart('gcp'))]).toEqual([['team-a-builds', NAMESPACE]]);
});
