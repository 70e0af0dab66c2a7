/** What `env` and `pod` refuse: secrets that are none, secrets in plain text, and what would undo the expansion. */
import type { App } from 'cdk8s';
import { Access, Build, Platform, PodSecurity, Workspace } from '../../../src';
import type { PodOptions } from '../../../src';
import { dataset, gcp, messageOf, model, server, synthErrors, untyped, workspace, written } from '../fixtures';

type Case = readonly [name: string, env: unknown, message: string];

const IS_NONE = 'which is not a secret expression; write ${{ secrets.<name>.<key> }}';
const PLAIN = 'looks like a token or key in plain text; put it in a Secret and write ${{ secrets.<name>.<key> }}, or set allowPlainText: true';

test.each<Case>([
  ['without a key', { A: '${{ secrets.hf }}' }, `env A is '\${{ secrets.hf }}', ${IS_NONE}`],
  ['without an end', { A: '${{ secrets.hf.token' }, `env A is '\${{ secrets.hf.token', ${IS_NONE}`],
  ['of another context', { A: '${{ env.HOME }}' }, `env A is '\${{ env.HOME }}', ${IS_NONE}`],
  ['with a name that no Secret has', { A: '${{ secrets.HF.token }}' }, `env A is '\${{ secrets.HF.token }}', ${IS_NONE}`],
  ['with text around', { A: 'Bearer ${{ secrets.hf.token }}' },
    "env A is 'Bearer ${{ secrets.hf.token }}', which has text around the expression; the value must be the expression alone"],
  ['twice', { A: '${{ secrets.a.b }}${{ secrets.c.d }}' },
    "env A is '${{ secrets.a.b }}${{ secrets.c.d }}', which holds several expressions; use one variable for each"],
])('a secret expression %s is refused', (_, env, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { env: untyped(env) }))).toBe(`[team-a/opt] ${message}`);
});

test.each<Case>([
  ['of Hugging Face', { HUB: 'hf_abcdefghijklmnopqrstuvwx' }, `env HUB ${PLAIN}`],
  ['of OpenAI', { KEY: 'sk-abcdefghijklmnopqrst' }, `env KEY ${PLAIN}`],
  ['of AWS', { ID: 'AKIAABCDEFGHIJKLMNOP' }, `env ID ${PLAIN}`],
  ['of GitHub', { GIT: 'ghp_abcdefghijklmnopqrstuvwx' }, `env GIT ${PLAIN}`],
  ['by the name of its variable', { DB_PASSWORD: 'correct-horse' }, `env DB_PASSWORD ${PLAIN}`],
])('a credential %s is refused in plain text', (_, env, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { env: untyped(env) }))).toBe(`[team-a/opt] ${message}`);
});

test('A6: a credential is refused in any text of a resource, and is not in the message', () => {
  const token = 'ghp_abcdefghijklmnopqrstuvwx';
  for (const [path, props] of Object.entries({
    'args.0': { args: [`--token=${token}`] }, 'params.token': { params: { token } }, 'pod.annotations.a': { pod: { annotations: { a: token } } },
    'command.1': { command: ['sh', token] },
  })) {
    const message = messageOf(() => model(workspace(), 'opt', props));
    expect(message).toBe(`[team-a/opt] ${path} looks like a token of GitHub, in plain text; `
      + 'put it in a Secret and write ${{ secrets.<name>.<key> }} in env, or set allowPlainText: true');
    expect(written(model(workspace(), 'opt', { ...props, allowPlainText: true })).spec.allowPlainText).toBe(true);
  }
});

test('A6: allowPlainText is not part of the recipe', () => {
  const nameOf = (allowPlainText?: boolean) => written(model(workspace(), 'opt', { args: ['x'], allowPlainText })).metadata.name;
  expect(nameOf(true)).toBe(nameOf());
});

test.each(['https://x-access-token:ghp_abcdefghijklmnopqrstuvwx@github.com/acme/x', 'http://ghp_abcdefghijklmnopqrstuvwx@github.com/acme/x'])(
  'A6: a token in the URL of a repository is refused, and is not in the message', (url) => {
    const message = messageOf(() => Build.git({ url }));
    expect(message).toMatch(/^Build\.git: url has a user name or token before @, which would be stored in the cluster/);
    expect(message).not.toContain('ghp_');
  });

test('A5: the text of a resource is bounded as a whole', () => {
  const params = { a: 'x'.repeat(20_000), b: 'x'.repeat(20_000) };
  expect(messageOf(() => model(workspace(), 'opt', { params }))).toMatch(/^\[team-a\/opt\] params has 40002 characters together, and 32768 are allowed; /);
});

test('a credential may be plain text where that is allowed', () => {
  const env = { HF_TOKEN: 'hf_abcdefghijklmnopqrstuvwx' };
  expect(written(model(workspace(), 'opt', { env, allowPlainText: true })).spec.env).toEqual(env);
});

test('what only resembles a credential is none', () => {
  const env = { HF_TOKEN: '${{ secrets.hf.token }}', TOKEN: '/run/secrets/token', MAX_TOKEN: '4096.0000', API_KEY: 'dummy', MODEL: 'hf_small' };
  expect(written(model(workspace(), 'opt', { env })).spec.env).toEqual(env);
});

test.each<Case>([
  ['is no name', { '1A': 'x' }, 'env 1A is not a name of an environment variable; use letters, digits and _, not first a digit'],
  ['has no text', { A: 1 }, "env A is 1, which is not a string; write '1'"],
])('a variable that %s is refused', (_, env, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { env: untyped(env) }))).toBe(`[team-a/opt] ${message}`);
});

type PodCase = readonly [name: string, pod: PodOptions, message: string];

const FORBIDS = 'which pod security forbids; use a PersistentVolumeClaim or an emptyDir';

test.each<PodCase>([
  ['a reserved label', { labels: { 'substratus.ai/x': '1' } }, 'pod.labels sets substratus.ai/x, which is reserved; use a key of your own'],
  ['a reserved annotation', { annotations: { 'substratus.ai/image-digest': '1' } },
    'pod.annotations sets substratus.ai/image-digest, which is reserved; use a key of your own'],
  ['the label that the workload is found by', { labels: { role: 'x' } }, 'pod.labels sets role, which is reserved; use a key of your own'],
  ['a label of an identity', { labels: { 'azure.workload.identity/use': 'false' } },
    'pod.labels sets azure.workload.identity/use, which is reserved; use a key of your own'],
  ['an AppArmor profile', { annotations: { 'container.apparmor.security.beta.kubernetes.io/model': 'unconfined' } },
    'pod.annotations sets container.apparmor.security.beta.kubernetes.io/model, but pod security decides on AppArmor; leave it out'],
  ['a hostPath', { volumes: [{ name: 'host', hostPath: { path: '/' } }] }, `pod.volumes has a hostPath volume host, ${FORBIDS}`],
  ['no seccomp profile', { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'pod.securityContext.seccompProfile is Unconfined, which pod security baseline forbids; use RuntimeDefault'],
  ['kernel parameters', { securityContext: { sysctls: [] } }, 'pod.securityContext.sysctls is not allowed by pod security baseline; leave it out'],
  ['a volume without a name', { volumes: [{ emptyDir: {} }] }, 'pod.volumes.0 has no name; give it one'],
  ['a mount without a path', { volumes: [{ name: 'a', emptyDir: {} }], volumeMounts: [{ name: 'a' }] }, 'pod.volumeMounts.0 has no mountPath; give it one'],
  ['a list that is none', { tolerations: untyped('all') }, "pod.tolerations is 'all'; give a list"],
  ['a volume that is none', { volumes: [null] }, 'pod.volumes.0 is null; give an object'],
])('%s is refused at once', (_, pod, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { pod }))).toBe(`[team-a/opt] ${message}`);
});

const CACHE = { volumes: [{ name: 'cache', emptyDir: {} }] };
const at = (mountPath: string): PodOptions => ({ ...CACHE, volumeMounts: [{ name: 'cache', mountPath }] });

test.each<PodCase>([
  ['an annotation of the expansion', { annotations: { 'kubectl.kubernetes.io/default-container': 'x' } },
    'pod.annotations sets kubectl.kubernetes.io/default-container to x but the expansion needs model; leave it out'],
  ['a volume of the expansion', { volumes: [{ name: 'params', emptyDir: {} }] },
    'pod.volumes has a volume params, a name that the expansion uses; give it another'],
  ['a mount in place of the artifacts', at('/content/artifacts'),
    'pod.volumeMounts mounts /content/artifacts, which hides or lies in /content/artifacts; mount it elsewhere'],
  ['a mount inside the artifacts', at('/content/artifacts/checkpoints'),
    'pod.volumeMounts mounts /content/artifacts/checkpoints, which hides or lies in /content/artifacts; mount it elsewhere'],
  ['a mount above the contract', at('/content'), 'pod.volumeMounts mounts /content, which hides or lies in /content/params.json; mount it elsewhere'],
])('%s is refused at synth', (_, pod, message) => {
  expect(synthErrors(model(workspace(), 'opt', { pod }))).toEqual([`[team-a/opt] ${message}`]);
});

test('a node that the GPU is not on is refused', () => {
  const team = workspace();
  const label = 'cloud.google.com/gke-spot';
  model(team, 'opt', { resources: { capacity: untyped('spot') }, pod: { nodeSelector: { [label]: 'false' } } });
  expect(synthErrors(team)).toEqual([`[team-a/opt] pod.nodeSelector sets ${label} to false but the expansion needs true; leave it out`]);
});

test('a volume that restricted pods may not have is refused', () => {
  const pod = { volumes: [{ name: 'nfs', nfs: { server: 'a', path: '/' } }] };
  expect(messageOf(() => dataset(workspace(), 'squad', { pod, podSecurity: PodSecurity.RESTRICTED })))
    .toBe(`[team-a/squad] pod.volumes has a nfs volume nfs, ${FORBIDS}`);
});

test('a build where none is allowed, or without a registry, is refused', () => {
  const imageBuild = Build.git({ url: 'https://example.com/a' });
  const team = workspace();
  const app = team.node.root as App;
  const platform = gcp();
  platform.addWorkspace('team-b', { builds: true });
  model(team, 'opt', { image: undefined, imageBuild });
  model(new Workspace(app, 'team-b', { platform }), 'opt', { image: undefined, imageBuild });
  expect(synthErrors(team)).toEqual([
    '[team-a/opt] imageBuild needs an unconfined pod, which workspace team-a does not allow; '
      + "set builds: true in addWorkspace('team-a'), or set image instead of imageBuild",
    '[team-b/opt] imageBuild needs an image registry but platform ml has none; give registry to the platform',
  ]);
});

test('streaming from a store that cannot be mounted is refused', () => {
  const s3 = { endpoint: 'http://minio:9000', bucketName: 'acme', credentialsSecret: 'minio' };
  const team = workspace(Platform.local({ clusterName: 'kind', s3 }));
  expect(messageOf(() => server(team, 'chat', { access: Access.STREAM })))
    .toBe('[team-a/chat] access is stream but a local cluster cannot mount s3://acme; set access to download');
});
