/** A platform on OpenShift: what it says, and what its cluster has to allow. */
import { App, Chart } from 'cdk8s';
import { ClusterAddons, OnPremisesStore, Platform } from '../../../src';
import type { OnPremisesPlatformProps } from '../../../src';

const S3 = OnPremisesStore.s3({ endpoint: 'https://s3.openshift-storage.svc', bucketName: 'artifacts', credentialsSecret: 'store' });
const NFS = OnPremisesStore.nfs({ server: 'nas.example.com', path: '/ml' });

function platform(changes: Partial<OnPremisesPlatformProps> = {}): Platform {
  return Platform.onPremises({ clusterName: 'ocp', store: S3, registry: 'registry.example.com/ml', openShift: {}, ...changes });
}

interface Constraints {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly users: string[];
}

function addonsOf(of: Platform, after: () => void = () => undefined): Constraints[] {
  const chart = new Chart(new App(), 'addons');
  new ClusterAddons(chart, 'ClusterAddons', { platform: of });
  after();
  return chart.toJson() as Constraints[];
}

test('a platform says that its cluster is OpenShift, and one that is not says nothing', () => {
  expect(platform().toJson()).toMatchObject({ cloud: 'on-premises', openShift: {} });
  expect(platform({ openShift: undefined }).toJson()).not.toHaveProperty('openShift');
  expect(platform({ store: NFS, openShift: { storeGroup: 5000 } }).toJson()).toMatchObject({ openShift: { storeGroup: 5000 } });
});

test('the accounts that build images are the only users of the constraints for builds, declared before the add-ons or after them', () => {
  const of = platform();
  of.addWorkspace('b', { builds: true, buildNamespace: 'b-builds' });
  const addons = addonsOf(of, () => {
    of.addWorkspace('a', { builds: true, buildNamespace: 'a' });
    of.addWorkspace('c');
  });
  expect(addons.map(({ kind, metadata, users }) => [kind, metadata.name, users])).toEqual([[
    'SecurityContextConstraints', 'substratus-builds',
    ['system:serviceaccount:a:image-builder', 'system:serviceaccount:b-builds:image-builder'],
  ]]);
});

test('where nothing is built, or the cluster is not OpenShift, there are none', () => {
  const quiet = platform();
  quiet.addWorkspace('a');
  const ordinary = platform({ openShift: undefined });
  ordinary.addWorkspace('a', { builds: true });
  expect([addonsOf(quiet), addonsOf(ordinary)]).toEqual([[], []]);
});

test.each<[string, Partial<OnPremisesPlatformProps>]>([
  ['openShift.storeGroup is 0; give the number of a group, from 1 to 2147483647', { store: NFS, openShift: { storeGroup: 0 } }],
  ['openShift.storeGroup is 1.5; give the number of a group, from 1 to 2147483647', { store: NFS, openShift: { storeGroup: 1.5 } }],
  ['openShift.storeGroup is set but the store is a bucket, whose files have no group; leave storeGroup out', { openShift: { storeGroup: 5000 } }],
])('fails: %s', (message, changes) => {
  expect(() => platform(changes)).toThrow(message);
});

test('fails on an option that there is not', () => {
  const openShift = { scc: 'anyuid' } as object;
  expect(() => platform({ openShift })).toThrow('openShift has no prop scc; use one of storeGroup');
});
