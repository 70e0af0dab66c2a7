/** What callers without types get wrong, and what a newcomer tries first. */
import { App, Duration, Size } from 'cdk8s';
import { Build, Model, Platform, Workspace } from '../../../src';
import { appOf, dataset, gcp, local, messageOf, model, notebook, server, synthErrors, untyped, workspace } from '../fixtures';

type Case = readonly [name: string, declare: (team: Workspace) => unknown, message: string];

const opt = (props: object) => (team: Workspace) => model(team, 'opt', untyped(props));

const PROPS: Case[] = [
  ['params', opt({ parms: {} }), '[team-a/opt] Model has no prop parms; did you mean params?'],
  ['resources', (team) => dataset(team, 'squad', untyped({ resource: {} })), '[team-a/squad] Dataset has no prop resource; did you mean resources?'],
  ['replicas', (team) => server(team, 'chat', untyped({ replica: 2 })), '[team-a/chat] Server has no prop replica; did you mean replicas?'],
  ['idleTimeout', (team) => notebook(team, 'lab', untyped({ timeout: 2 })), '[team-a/lab] Notebook has no prop timeout; did you mean idleTimeout?'],
  ['an attribute', (team) => Model.fromModelAttributes(team, 'base', untyped({ modelName: 'a', namespace: 'b' })),
    '[team-a/base] Model has no prop namespace; did you mean modelNamespace?'],
  ['gpu', opt({ resources: { gpus: 2 } }), '[team-a/opt] resources has no prop gpus; did you mean gpu?'],
  ['env of a pod', opt({ pod: { env: [] } }), '[team-a/opt] pod has no prop env; did you mean envFrom?'],
  ['what no pod has', opt({ pod: { qqqqq: [] } }), '[team-a/opt] pod has no prop qqqqq; use one of labels, annotations, nodeSelector, tolerations, '
    + 'volumes, volumeMounts, affinity, topologySpreadConstraints, priorityClassName, runtimeClassName, schedulerName, securityContext, '
    + 'initContainers, sidecars, envFrom, ports'],
  ['a size for staging', opt({ staging: Size.gibibytes(5) }), '[team-a/opt] staging is a Size; give an object with any of size, storageClassName'],
  ['a branch', () => Build.git(untyped({ url: 'https://example.com/a', brnch: 'b' })), 'Build.git: options has no prop brnch; did you mean branch?'],
  ['a bucket', () => Platform.gcp(untyped({ clusterName: 'ml', bucketName: 'a', bucket: 'a' })), 'Platform.gcp has no prop bucket; did you mean bucketName?'],
  ['reads', () => gcp().addWorkspace('a', untyped({ read: [] })), "platform ml cannot have workspace 'a': addWorkspace has no prop read; did you mean reads?"],
];

const VALUES: Case[] = [
  ['an image in capitals', opt({ image: 'Acme/Loader' }), "[team-a/opt] image is 'Acme/Loader', whose path has upper-case letters, which no registry takes; write it in lower case"],
  ['a secret in params', opt({ params: { token: '${{ secrets.hf.token }}' } }),
    "[team-a/opt] param token is '${{ secrets.hf.token }}', but params are not secret; put it in env"],
  ['an object in params', opt({ params: { a: { b: 1 } } }), '[team-a/opt] param a is {"b":1}; give a string, a number or a boolean'],
  ['cpu as a text', opt({ resources: { cpu: '2' } }), "[team-a/opt] cpu is '2'; give a number of cores above 0, for example 2 or 0.5"],
  ['a port as a text', (team) => server(team, 'chat', untyped({ port: '8080' })), "[team-a/chat] port is '8080'; give a whole number from 1 to 65535"],
  ['a capacity that is none', opt({ resources: { capacity: 'Spot' } }), "[team-a/opt] capacity is 'Spot'; use one of on-demand, spot, spot-first, flex-start, queued"],
  ['half a second', opt({ timeout: Duration.millis(500) }), '[team-a/opt] timeout is 0.5 s; give whole seconds, 1 or more, for example Duration.hours(2)'],
  ['less than a MiB', opt({ resources: { memory: Size.kibibytes(16) } }), '[team-a/opt] memory is 16 KiB; give 1 MiB or more, for example Size.gibibytes(16)'],
  ['git over ssh', () => Build.git({ url: 'git@github.com:acme/a.git' }),
    "Build.git: url is 'git@github.com:acme/a.git'; give an https URL, for example https://github.com/acme/models, which anybody may read (private repositories are not supported yet)"],
  ['a path out of the repository', () => Build.git({ url: 'https://example.com/a', path: '../b' }),
    "Build.git: path is '../b'; give a folder inside the repository, without / first and without .."],
  ['a registry with a scheme', () => Platform.gcp({ clusterName: 'ml', bucketName: 'a', registry: 'https://a.dev/ml' }),
    "registry is 'https://a.dev/ml'; give host and path in lower case, without scheme, for example us-docker.pkg.dev/acme/ml"],
  ['a prefix with an empty folder', () => Platform.gcp({ clusterName: 'ml', bucketName: 'a', artifactPrefix: '/x//y/' }),
    "artifactPrefix is '/x//y/'; give folders with a / between, of letters, digits, - . and _, for example teams/ml"],
  ['a version as a number', () => Platform.gcp(untyped({ clusterName: 'ml', bucketName: 'a', kubernetesVersion: 1.33 })),
    "kubernetesVersion is 1.33, a number; write it as a string, for example '1.33'"],
  ['a namespace of Kubernetes', () => gcp().addWorkspace('kube-system'),
    "platform ml cannot have workspace 'kube-system': it belongs to Kubernetes; use a namespace of your own"],
  ['the default namespace', () => new Workspace(new App(), 'default', { platform: local() }),
    "[default] namespace is 'default', which every cluster has already; set createNamespace: false"],
];

describe.each(Object.entries({ PROPS, VALUES }))('%s', (_, cases) => {
  test.each(cases)('%s is refused', (_name, declare, message) => {
    expect(messageOf(() => declare(workspace()))).toBe(message);
  });
});

test('an image may have capitals in its host and tag', () => {
  expect(messageOf(() => model(workspace(), 'opt', { image: 'Registry.acme.com:5000/loader:V1' }))).toBe('no error');
});

test('reads of no workspace are refused, once for the workspace', () => {
  const platform = gcp();
  platform.addWorkspace('shared');
  const team = workspace(platform, { reads: ['shard'] });
  model(team);
  expect(synthErrors(team)).toEqual([
    "[team-a] reads has 'shard', but namespace shard is not a workspace of platform ml; did you mean shared?; add platform.addWorkspace('shard')",
  ]);
});

test('a second Model of one recipe in a namespace is refused', () => {
  const team = workspace();
  const first = model(team, 'a');
  const second = model(team, 'b');
  team.platform.addWorkspace('team-b');
  model(new Workspace(appOf(team), 'team-b', { platform: team.platform }), 'c');
  expect(synthErrors(team)).toEqual([
    `[team-a/b] Model ${second.modelName} has the same recipe as Model ${first.modelName} at team-a/a; use that one, or give it a param that tells them apart`,
  ]);
});
