/** What the Reconciler refuses, and how to fix it. */
import { App, Chart, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { Platform, Reconciler, Workspace } from '../../../src';
import type { ReconcilerProps } from '../../../src';
import { appOf, gcp, messageOf, synthErrors, untyped, workspace } from '../fixtures';
import { reconciler } from './reconciler-fixtures';

const AT = '[system/substratus]';

type Case = readonly [name: string, props: unknown, message: string];

const CASES: Case[] = [
  ['a prop that there is not', { replica: 1 }, `${AT} Reconciler has no prop replica; did you mean replicas?`],
  ['a platform that is none', { platform: { clusterName: 'ml' } },
    `${AT} platform is {"clusterName":"ml"}; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local`],
  ['no platform', { platform: undefined }, `${AT} platform is undefined; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local`],
  ['no replicas', { replicas: 0 }, `${AT} replicas is 0; give a whole number, 1 or more`],
  ['half a replica', { replicas: 0.5 }, `${AT} replicas is 0.5; give a whole number, 1 or more`],
  ['replicas as a text', { replicas: '2' }, `${AT} replicas is '2'; give a whole number, 1 or more`],
  ['a namespace that is not a name', { namespace: 'Substratus' }, `${AT} namespace is 'Substratus'; use lower-case letters, digits and - inside, 63 characters at most`],
  ['the namespace that all share', { namespace: 'default' }, `${AT} namespace is 'default', which every cluster has already; give the reconciler one of its own`],
  ['a namespace of Kubernetes', { namespace: 'kube-system' }, `${AT} namespace is 'kube-system', and it belongs to Kubernetes; use a namespace of your own`],
  ['an image with a scheme', { image: 'docker://acme/reconciler' },
    `${AT} image is 'docker://acme/reconciler', which is not a reference to an image; write for example registry.example.com/substratus-reconciler:1`],
  ['an empty image', { image: '' }, `${AT} image is '', which is not a reference to an image; write for example registry.example.com/substratus-reconciler:1`],
  ['namespaces to watch as a text', { watchNamespaces: 'team-a' }, `${AT} watchNamespaces is 'team-a'; give a list of namespaces`],
  ['no namespaces to watch', { watchNamespaces: [] }, `${AT} watchNamespaces is empty; name some, or leave it out for all workspaces of the platform`],
  ['a namespace to watch that is not a name', { watchNamespaces: ['team a'] },
    `${AT} watchNamespaces has 'team a', which is not a name of a namespace; use lower-case letters, digits and - inside, 63 characters at most`],
  ['a namespace to watch twice', { watchNamespaces: ['team-a', 'team-a'] }, `${AT} watchNamespaces has team-a twice; name it once`],
  ['watching itself', { watchNamespaces: ['substratus'] }, `${AT} watchNamespaces has substratus, the namespace of the reconciler itself; leave it out`],
  ['watching some and all', { watchNamespaces: ['team-a'], clusterWide: true }, `${AT} clusterWide is true and watchNamespaces is set; leave one of them out`],
  ['rights as a text', { clusterWide: 'yes' }, `${AT} clusterWide is 'yes'; give true or false`],
  ['a log level that is none', { logLevel: 'loud' }, `${AT} logLevel is 'loud'; use one of debug, info, warn, error`],
  ['a switch as a text', { rollOnUpgrade: 'yes' }, `${AT} rollOnUpgrade is 'yes'; give true or false`],
  ['a network policy as a text', { networkPolicy: 'no' }, `${AT} networkPolicy is 'no'; give true or false`],
  ['no cores', { cpu: 0 }, `${AT} cpu is 0; give a number of cores above 0, for example 0.1`],
  ['memory as a quantity', { memory: '256Mi' }, `${AT} memory is '256Mi', which is not a Size; write for example Size.mebibytes(256)`],
  ['memory that is too little for Node', { memory: Size.mebibytes(64) }, `${AT} memory is 64 MiB; give 128 MiB or more, for example Size.mebibytes(256)`],
  ['a FlowSchema as a text', { flowSchema: 'yes' }, `${AT} flowSchema is 'yes'; give true or false`],
  ['a FlowSchema before there is one', { flowSchema: true, platform: Platform.gcp({ clusterName: 'ml', bucketName: 'acme', kubernetesVersion: '1.28' }) },
    `${AT} flowSchema needs Kubernetes 1.29, but platform ml says 1.28; leave it out`],
  ['labels of a PodMonitor that there is not', { podMonitorLabels: { release: 'prometheus' } },
    `${AT} podMonitorLabels is set but podMonitor is false; set podMonitor: true, or leave the labels out`],
  ['labels that are none', { podMonitor: true, podMonitorLabels: ['release'] }, `${AT} podMonitorLabels is ["release"]; give labels, for example { release: 'prometheus' }`],
  ['a token of cdktf', { namespace: '${TfToken[TOKEN.7]}' }, // eslint-disable-line no-template-curly-in-string
    `${AT} namespace holds a cdktf token, which has no value before the deployment; `
      + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`'],
];

test.each(CASES)('%s is refused', (_, props, message) => {
  expect(messageOf(() => reconciler(untyped<Partial<ReconcilerProps>>(props)))).toBe(message);
});

test('no props are refused', () => {
  expect(messageOf(() => new Reconciler(new Chart(new App(), 'system'), 'substratus', untyped(undefined)))).toBe(`${AT} props are undefined; give an object`);
});

test('a tree without an App is refused', () => {
  const root = new Construct(untyped(undefined), 'root');
  expect(messageOf(() => new Reconciler(root, 'substratus', { platform: gcp() })))
    .toBe('[root/substratus] the root of its tree is not a cdk8s App; declare it in a Workspace or Chart of one');
});

describe('a second Reconciler of one cluster is refused', () => {
  const message = '[other/substratus] cluster ml has the Reconciler system/substratus already; leave one of them out';

  test.each<[string, (platform: Platform) => Platform]>([
    ['with the same platform', (platform) => platform],
    ['with another platform that describes the same cluster', () => gcp()],
  ])('%s', (_, again) => {
    const platform = gcp();
    const app = appOf(reconciler({ platform }));
    expect(messageOf(() => new Reconciler(new Chart(app, 'other'), 'substratus', { platform: again(platform) }))).toBe(message);
  });

  test('but one of another cluster is not', () => {
    const app = appOf(reconciler());
    const elsewhere = Platform.gcp({ clusterName: 'elsewhere', bucketName: 'acme' });
    expect(messageOf(() => new Reconciler(new Chart(app, 'other'), 'substratus', { platform: elsewhere }))).toBe('no error');
  });
});

test('a workspace of the App that it would not look at is refused', () => {
  const platform = gcp();
  platform.addWorkspace('team-a');
  platform.addWorkspace('team-b');
  const app = appOf(reconciler({ platform, watchNamespaces: ['team-a'] }));
  for (const namespace of ['team-a', 'team-b']) new Workspace(app, namespace, { platform });
  expect(messageOf(() => app.synthYaml())).toBe('Validation failed with the following errors:\n  [system/substratus] '
    + 'workspace team-b is not in watchNamespaces, so that nothing in it would run; name it there, or leave watchNamespaces out');
});

test('A20: a namespace that is for builds is nothing to watch, and nothing to run in', () => {
  const platform = gcp();
  platform.addWorkspace('team-a', { builds: true });
  expect(synthErrors(reconciler({ platform, watchNamespaces: ['team-a', 'team-a-builds'] }))).toContain(
    `${AT} watchNamespaces has team-a-builds, in which workspace team-a builds; name team-a alone, which brings it along`,
  );
  expect(synthErrors(reconciler({ platform, namespace: 'team-a-builds' }))).toContain(
    `${AT} namespace team-a-builds is where workspace team-a builds; give the reconciler a namespace of its own`,
  );
});

test('a workspace in its namespace is refused, for whose pods could read the key of all notebooks', () => {
  const platform = gcp();
  const construct = reconciler({ platform });
  platform.addWorkspace('substratus');
  expect(synthErrors(construct)).toEqual([
    `${AT} namespace substratus is a workspace of platform ml; give the reconciler a namespace of its own`,
  ]);
});

test('what Azure tells only after the deployment is named, also where no Workspace is declared here', () => {
  const platform = Platform.azure({ clusterName: 'ml', storageAccount: 'acmeml', resourceGroup: 'ml' });
  platform.addWorkspace('team-a');
  const [error = '', ...others] = synthErrors(reconciler({ platform }));
  expect(others).toEqual([]);
  expect(error).toMatch(/^\[system\/substratus\] .*client id.* are not known yet; deploy the cloud side first, then give clientIds to addWorkspace\('team-a'\)$/);
  expect(messageOf(() => workspace(gcp()).toJson())).toBe('no error');
});
