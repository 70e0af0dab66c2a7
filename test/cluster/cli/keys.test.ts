/** `substratus keys`: Secrets of a real API server, as a gateway reads them. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Secret } from 'kubernetes-types/core/v1';
import { KEYS_ANNOTATION, TEAMS_ANNOTATION } from '../../../src/api/keys';
import type { KeyRecord, TeamRecord } from '../../../src/api/keys';
import { EXIT } from '../../../src/cli/errors';
import { isWholeKey } from '../../../src/cli/keys/key';
import type { KeyRow } from '../../../src/cli/keys/states';
import type { Ran } from '../../cli/run';
import type { Cluster } from '../cluster';
import { describeOnCluster } from '../describe';
import { environment, substratusOn } from './world';

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const OTHER_KEY = '0123456789abcdefghijklmnopqrstuvwxyz';

function key(team: string, id: string, more: Partial<KeyRecord> = {}): KeyRecord {
  return { id, secret: `keys-${team}`, client: `${team}.${id}`, expires: '2027-01-31', ...more };
}

const TEAMS: readonly TeamRecord[] = [
  { name: 'team-a', models: ['chat'], keys: [key('team-a', 'ci'), key('team-a', 'web')] },
  { name: 'team-b', models: ['chat'], keys: [key('team-b', 'ci', { expires: '2026-12-01' })] },
];

const policy = (namespace: string, teams: readonly TeamRecord[] = TEAMS): object => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1', kind: 'SecurityPolicy',
  metadata: { name: 'models', namespace, annotations: { [TEAMS_ANNOTATION]: JSON.stringify(teams) } },
  spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'models' }] },
});

/** Enough of the definition for the command line to find policies. */
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'securitypolicies.gateway.envoyproxy.io' },
  spec: {
    group: 'gateway.envoyproxy.io', scope: 'Namespaced', names: { plural: 'securitypolicies', singular: 'securitypolicy', kind: 'SecurityPolicy' },
    versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

interface Gateway {
  readonly namespace: string;
  readonly keys: (args: readonly string[], world?: { readonly stdin?: string; readonly days?: number }) => Promise<Ran>;
  readonly rows: (days?: number) => Promise<KeyRow[]>;
  readonly secret: (name: string) => Promise<Secret>;
  readonly values: (name: string) => Promise<Record<string, string>>;
  /** The arguments of every kubectl that was started. */
  readonly argumentsOfKubectl: () => string;
}

let count = 0;

/** A namespace, and a folder with the manifests of an app whose gateway is in it. */
async function gatewayOn(cluster: Cluster, teams: readonly TeamRecord[] = TEAMS): Promise<Gateway> {
  count += 1;
  const namespace = `gateway-${count}`;
  await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const directory = `${path.dirname(cluster.write(namespace, ''))}/${namespace}-app`;
  fs.mkdirSync(path.join(directory, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'dist', 'models.k8s.yaml'), JSON.stringify(policy(namespace, teams)));
  const log = path.join(directory, 'kubectl.log');
  const { PATH = '' } = environment(cluster);
  fs.mkdirSync(path.join(directory, 'bin'));
  fs.writeFileSync(path.join(directory, 'bin', 'kubectl'), `#!/bin/sh\necho "$@" >> ${log}\nPATH=${PATH} exec kubectl "$@"\n`, { mode: 0o755 });
  const secret = (name: string): Promise<Secret> => cluster.client.get<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const keys: Gateway['keys'] = (args, { stdin, days = 0 } = {}) => substratusOn(cluster, ['keys', ...args], {
    cwd: directory, nowMs: NOW_MS + days * DAY_MS, env: { PATH: `${path.join(directory, 'bin')}:${PATH}` }, ...(stdin !== undefined && { stdin }),
  });
  return {
    namespace, keys, secret,
    rows: async (days = 0) => JSON.parse((await keys(['list', '-o', 'json'], { days })).stdout) as KeyRow[],
    values: async (name) => Object.fromEntries(Object.entries((await secret(name)).data ?? {}).map(([client, text]) => [client, Buffer.from(text, 'base64').toString()])),
    argumentsOfKubectl: () => fs.readFileSync(log, 'utf8'),
  };
}

const statesOf = (rows: readonly KeyRow[]): string[] => rows.map(({ client, state }) => `${client} ${state}`);

describeOnCluster('keys of a gateway', {}, (cluster) => {
  test('a key is made, shown once, and is in its Secret alone', async () => {
    const { keys, values, secret, argumentsOfKubectl, namespace } = await gatewayOn(cluster());
    const { stdout, stderr, exitCode } = await keys(['create', 'team-a/ci']);
    expect(exitCode).toBe(EXIT.ok);
    const value = stdout.trim();
    expect(isWholeKey(value)).toBe(true);
    expect(stderr).toBe(`key ci of team team-a is client team-a.ci in Secret ${namespace}/keys-team-a, good until 2027-01-31; this is the only time that it is shown\n`);
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci': value });
    const { metadata, type } = await secret('keys-team-a');
    expect(type).toBe('Opaque');
    expect(metadata?.labels).toEqual({ 'app.kubernetes.io/part-of': 'substratus', 'substratus.ai/team': 'team-a' });
    expect(metadata?.annotations).toEqual({ [KEYS_ANNOTATION]: '{"team-a.ci":{"created":"2026-11-27T12:00:00Z","expires":"2027-01-31"}}' });
    expect(argumentsOfKubectl()).toContain(`create --raw /api/v1/namespaces/${namespace}/secrets`);
    expect(argumentsOfKubectl()).not.toContain(value);
    expect(argumentsOfKubectl()).not.toContain(Buffer.from(value).toString('base64'));
    expect((await keys(['list'])).stdout).not.toContain(value);
  });

  test('a Secret that the manifests wrote empty is filled, and stays so when they are applied again', async () => {
    const { keys, values, secret, namespace } = await gatewayOn(cluster());
    const manifest = cluster().write(`${namespace}.yaml`, JSON.stringify({
      apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name: 'keys-team-a', namespace, labels: { 'app.kubernetes.io/part-of': 'substratus' } },
    }));
    await cluster().kubectl('apply', '--filename', manifest);
    const ran = await keys(['create', 'team-a/ci', '-o', 'json']);
    expect(ran.stderr).toBe('');
    const { value } = JSON.parse(ran.stdout) as { readonly value: string };
    await cluster().kubectl('apply', '--filename', manifest);
    await cluster().kubectl('apply', '--server-side', '--force-conflicts', '--filename', manifest);
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci': value });
    const annotations = JSON.stringify((await secret('keys-team-a')).metadata?.annotations);
    expect(annotations).toContain('last-applied-configuration');
    expect(annotations).not.toContain(Buffer.from(value).toString('base64'));
  });

  test('a key is replaced without a moment in which none is good, again and again', async () => {
    const { keys, values, rows, namespace } = await gatewayOn(cluster());
    const first = (await keys(['create', 'team-a/ci'])).stdout.trim();
    const { stdout, stderr } = await keys(['rotate', 'team-a/ci'], { days: 10 });
    const second = stdout.trim();
    expect(stderr).toBe(`key ci of team team-a is client team-a.ci.2 in Secret ${namespace}/keys-team-a; the one before, team-a.ci, is good too until `
      + '`substratus keys revoke team-a/ci --old`; this is the only time that it is shown\n');
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci': first, 'team-a.ci.2': second });
    expect(statesOf(await rows(10))).toEqual(['team-a.ci replacing', 'team-a.ci.2 good', 'team-a.web missing', 'team-b.ci expires soon']
      .map((line) => line.replace('team-b.ci expires soon', 'team-b.ci missing')));
    expect(await keys(['rotate', 'team-a/ci'])).toEqual({
      exitCode: EXIT.usage, stdout: '',
      stderr: 'error: key ci of team team-a is being replaced already: two keys are good; end the older one with `substratus keys revoke team-a/ci --old`\n',
    });
    expect((await keys(['revoke', 'team-a/ci', '--old'])).stdout).toBe(`team-a.ci of key ci of team team-a is removed from Secret ${namespace}/keys-team-a\n`);
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci.2': second });
    const third = (await keys(['rotate', 'team-a/ci'], { days: 20 })).stdout.trim();
    await keys(['revoke', 'team-a/ci', '--old']);
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci': third });
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test('a key that was put there by others takes part in a rotation', async () => {
    const { keys, values, namespace } = await gatewayOn(cluster());
    await cluster().client.create({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys-team-a', namespace }, data: { 'team-a.ci': Buffer.from(OTHER_KEY).toString('base64') },
    } as Secret);
    const value = (await keys(['rotate', 'team-a/ci'])).stdout.trim();
    await keys(['revoke', 'team-a/ci', '--old']);
    expect(await values('keys-team-a')).toEqual({ 'team-a.ci.2': value });
  });

  test('keys are listed with their age and their end', async () => {
    const { keys, rows, namespace } = await gatewayOn(cluster());
    await keys(['create', 'team-a/ci']);
    await keys(['create', 'team-b/ci']);
    const all = await rows(3);
    expect(statesOf(all)).toEqual(['team-a.ci good', 'team-a.web missing', 'team-b.ci expires soon']);
    expect(all[0]).toEqual({
      team: 'team-a', key: 'ci', client: 'team-a.ci', namespace, secret: 'keys-team-a', state: 'good', created: '2026-11-27T12:00:00Z', ageDays: 3,
      expires: '2027-01-31', models: ['chat'],
    });
    expect((await keys(['list', 'team-b'], { days: 3 })).stdout.split('\n').map((line) => line.replace(namespace, 'gateway'))).toEqual([
      'TEAM    KEY  CLIENT     STATE         AGE  EXPIRES     SECRET',
      'team-b  ci   team-b.ci  expires soon  3d   2026-12-01  gateway/keys-team-b',
      '',
    ]);
    expect(statesOf(await rows(5))).toContain('team-b.ci expired');
  });

  test('a key ends on the day after its last one', async () => {
    const { keys, values, namespace } = await gatewayOn(cluster());
    for (const name of ['team-a/ci', 'team-b/ci']) await keys(['create', name]);
    expect(await keys(['revoke', '--expired'], { days: 4 })).toEqual({ exitCode: EXIT.ok, stdout: '', stderr: 'no key has ended\n' });
    const line = `team-b.ci, which ended on 2026-12-01, is removed from Secret ${namespace}/keys-team-b\n`;
    expect((await keys(['revoke', '--expired', '--dry-run'], { days: 5 })).stdout).toBe(line.replace('is removed', 'would be removed'));
    expect((await keys(['revoke', '--expired'], { days: 5 })).stdout).toBe(line);
    expect(await values('keys-team-b')).toEqual({});
    expect(Object.keys(await values('keys-team-a'))).toEqual(['team-a.ci']);
  });

  test('a key that is revoked is gone, both of a rotation', async () => {
    const { keys, values } = await gatewayOn(cluster());
    await keys(['create', 'team-a/ci']);
    await keys(['create', 'team-a/web']);
    await keys(['rotate', 'team-a/ci'], { days: 1 });
    expect(JSON.parse((await keys(['revoke', 'team-a/ci', '-o', 'json'])).stdout)).toMatchObject({ clients: ['team-a.ci', 'team-a.ci.2'], isChanged: true });
    expect(Object.keys(await values('keys-team-a'))).toEqual(['team-a.web']);
  });

  test('the same key twice is refused, in another Secret too, and shown where others put it there', async () => {
    const { keys, rows, namespace } = await gatewayOn(cluster());
    expect((await keys(['create', 'team-a/ci', '--stdin'], { stdin: `${OTHER_KEY}\n` })).stdout).toBe('');
    const ran = await keys(['create', 'team-b/ci', '--stdin'], { stdin: OTHER_KEY });
    expect(ran).toEqual({
      exitCode: EXIT.usage, stdout: '',
      stderr: 'error: keys-team-a/team-a.ci and keys-team-b/team-b.ci would be the same key, and Envoy Gateway refuses all keys if one is there twice, '
        + 'which locks everybody out; revoke one of them first, or make another key\n',
    });
    await cluster().client.create({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys-team-b', namespace }, data: { 'team-b.ci': Buffer.from(OTHER_KEY).toString('base64') },
    } as Secret);
    expect(statesOf(await rows())).toEqual(['team-a.ci repeated', 'team-a.web missing', 'team-b.ci repeated']);
  });

  test('what code does not declare is shown: anybody who has it is that client', async () => {
    const { rows, namespace } = await gatewayOn(cluster());
    await cluster().client.create({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys-team-a', namespace }, data: { 'team-b.admin': Buffer.from(OTHER_KEY).toString('base64') },
    } as Secret);
    expect(statesOf(await rows())).toContain('team-b.admin undeclared');
  });

  test('a change that comes in between is not overwritten', async () => {
    const { keys, values, namespace } = await gatewayOn(cluster());
    const both = await Promise.all([keys(['create', 'team-a/ci']), keys(['create', 'team-a/web'])]);
    const made = both.filter(({ exitCode }) => exitCode === EXIT.ok);
    expect(made.length).toBeGreaterThan(0);
    expect(Object.values(await values('keys-team-a')).sort()).toEqual(made.map(({ stdout }) => stdout.trim()).sort());
    for (const { stderr } of both.filter(({ exitCode }) => exitCode !== EXIT.ok)) {
      expect(stderr).toBe(`error: Secret ${namespace}/keys-team-a has been changed meanwhile, and nothing is done; run it again\n`);
    }
  });

  test('a dry run makes no key', async () => {
    const { keys, namespace, rows } = await gatewayOn(cluster());
    expect(await keys(['create', 'team-a/ci', '--dry-run'])).toEqual({
      exitCode: EXIT.ok, stdout: '', stderr: `would be done: key ci of team team-a is client team-a.ci in Secret ${namespace}/keys-team-a, good until 2027-01-31\n`,
    });
    expect(statesOf(await rows())).toContain('team-a.ci missing');
  });

  test('teams are those of the cluster where the folder has no app', async () => {
    await cluster().client.apply(DEFINITION as never);
    const { namespace } = await gatewayOn(cluster());
    const list = (): Promise<Ran> => substratusOn(cluster(), ['keys', 'list', '-n', namespace, '-o', 'json']);
    const applied = policy(namespace) as Secret;
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        await cluster().client.apply(applied);
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error; // until the definition is served
        await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
    }
    expect(statesOf(JSON.parse((await list()).stdout) as KeyRow[])).toEqual(['team-a.ci missing', 'team-a.web missing', 'team-b.ci missing']);
    const empty = await substratusOn(cluster(), ['keys', 'list', '-n', 'default']);
    expect(empty).toEqual({
      exitCode: EXIT.notFound, stdout: '',
      stderr: 'error: no gateway with teams is in the cluster, namespace default; declare one with new ModelGateway(…) and addTeam(…), and synthesize or apply it\n',
    });
  });

  test.each<[string, readonly string[], number, string]>([
    ['a team that is not there', ['create', 'team-c/ci'], EXIT.notFound, 'there is no team team-c; did you mean team-a?'],
    ['a key that is not there', ['create', 'team-a/cj'], EXIT.notFound, 'team team-a has no key cj; did you mean ci?'],
    ['a name that is not a key', ['create', 'team-a'], EXIT.usage, 'team-a is not a key; write it as <team>/<key>, such as team-a/ci'],
    ['no key', ['rotate'], EXIT.usage, 'which key to rotate is missing; write it as <team>/<key>, such as team-a/ci'],
    ['a rotation of nothing', ['rotate', 'team-a/ci'], EXIT.notFound, 'key ci of team team-a has not been made; make it with `substratus keys create team-a/ci`'],
    ['an option of another action', ['create', 'team-a/ci', '--old'], EXIT.usage, '--old does not go with create; see substratus keys --help'],
    ['a key beside --expired', ['revoke', 'team-a/ci', '--expired'], EXIT.usage, '--expired is for every key that has ended; leave the key and --old out'],
  ])('fails for %s', async (_, ...[args, exitCode, message]) => {
    const { keys } = await gatewayOn(cluster());
    expect(await keys(args)).toEqual({ exitCode, stdout: '', stderr: `error: ${message}\n` });
  });

  test('fails for a key that was made, and for one that is not there to be revoked', async () => {
    const { keys, namespace } = await gatewayOn(cluster());
    expect((await keys(['revoke', 'team-a/ci'])).stderr).toBe(`error: key ci of team team-a is not in Secret ${namespace}/keys-team-a; there is nothing to revoke\n`);
    await keys(['create', 'team-a/ci']);
    expect((await keys(['create', 'team-a/ci'])).stderr)
      .toBe('error: key ci of team team-a has been made already; replace it with `substratus keys rotate team-a/ci`\n');
    expect((await keys(['revoke', 'team-a/ci', '--old'])).stderr)
      .toBe('error: key ci of team team-a is not being replaced: one key is good, team-a.ci; without --old it is revoked\n');
  });
});
