import { App, Chart } from 'cdk8s';
import { CustomResourceDefinitions, Platform, Reconciler } from '../../../src';
import { customResourceDefinitions } from '../../../src/api/crds';
import { messageOf, objectsOf, untyped } from '../fixtures';

test.each([['with', 'system'], ['without', undefined]])('a chart %s a namespace writes the same definitions, which have none', (_, namespace) => {
  const chart = new Chart(new App(), 'chart', { namespace });
  new CustomResourceDefinitions(chart, 'crds');
  const objects = objectsOf(chart);
  expect(objects.map(({ metadata }) => metadata?.name)).toEqual(
    ['models', 'datasets', 'servers', 'notebooks'].map((plural) => `${plural}.substratus.ai`));
  expect(objects).toEqual(customResourceDefinitions().map((definition) => expect.objectContaining({ ...definition })));
  expect(objects.filter(({ metadata }) => metadata?.namespace !== undefined)).toEqual([]);
});

/** Kubernetes 1.27 to 1.29 hold the whole object to a bound, whatever is updated. */
test('before 1.30 bounds that an older release did not have are left out, and what locks stays', () => {
  const definitions = (kubernetesVersion?: string) => JSON.stringify(customResourceDefinitions({ kubernetesVersion }));
  const bounds = /has too much text|:\/\/\[\^@\/\?#\]/g;
  expect(definitions().match(bounds)?.length).toBeGreaterThan(20);
  expect([definitions('1.29').match(bounds), definitions('1.30') === definitions()]).toEqual([null, true]);
  expect(definitions('1.29').match(/decides the content/g)).toEqual(definitions().match(/decides the content/g));
  expect(JSON.parse(definitions('1.29'))).toMatchObject(JSON.parse(JSON.stringify(customResourceDefinitions().map(({ metadata }) => ({ metadata })))));
});

test('the definitions of a Reconciler are those of the version of its platform', () => {
  const platform = Platform.local({ clusterName: 'old', kubernetesVersion: '1.28' });
  platform.addWorkspace('team-a');
  const chart = new Chart(new App(), 'chart');
  new Reconciler(chart, 'substratus', { platform });
  const written = objectsOf(chart).filter(({ kind }) => kind === 'CustomResourceDefinition');
  expect(written).toEqual(customResourceDefinitions({ kubernetesVersion: '1.28' }).map(({ spec }) => expect.objectContaining({ spec })));
});

test('a version that is none is refused', () => {
  const made = (props: unknown) => messageOf(() => new CustomResourceDefinitions(new Chart(new App(), 'chart'), 'crds', untyped(props)));
  expect(made({ kubernetesVersion: '1.2' })).toBe("[chart/crds] kubernetesVersion is '1.2'; the oldest that is supported is 1.27");
  expect(made({ version: '1.33' })).toBe('[chart/crds] CustomResourceDefinitions has no prop version; did you mean kubernetesVersion?');
});
