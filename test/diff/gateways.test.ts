import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Chart } from 'cdk8s';
import { GatewayTls, Gpu, ModelGateway, Platform, Reconciler, Workspace } from '../../src';
import type { GatewayTeam, GatewayTeamOptions } from '../../src';
import { readState } from '../../src/cli/read-state';
import { diffOf } from '../../src/diff/diff';
import { textOf } from '../../src/diff/text';
import type { State } from '../../src/state/state';
import { effectsBetween, imported, linesOf } from './apps';

interface Declared {
  readonly teams: (add: (name: string, options?: Partial<GatewayTeamOptions>) => GatewayTeam) => void;
  readonly aliases?: string[];
  readonly internal?: boolean;
  readonly price?: number;
}

/** A cluster with a Server behind a gateway, on a day that stays. */
function gateway({ teams, aliases = ['embed'], internal, price = 1 }: Declared): State {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  platform.addEnvoyGateway();
  platform.addWorkspace('team-a');
  const app = new App({ outdir: path.join(directory, 'dist') });
  app.node.setContext('substratus.ai/today', '2026-11-27');
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });
  const workspace = new Workspace(app, 'team-a', { platform });
  const server = imported(workspace).serve('chat', { image: 'acme/server:1' });
  const models = new ModelGateway(new Chart(app, 'gateway', { namespace: 'models' }), 'models', { platform, ...(internal !== undefined && { internal, hostname: 'models.acme.example', tls: GatewayTls.secret('wildcard') }) });
  models.serve(server, { aliases });
  models.addModelPrice('chat', { inputPerMillion: price, outputPerMillion: 1 });
  teams((name, options) => models.addTeam(name, { models: ['chat'], ...options }));
  app.synth();
  return readState([], { directory });
}

const team = (options: Partial<GatewayTeamOptions>, expires = '2027-01-31'): State => gateway({
  teams: (add) => { add('team-a', options).addKey('ci', { expires }); },
});

test('a quota is told as what it is, alone', () => {
  const [from, to] = [team({ tokensPerMonth: 50_000_000 }), team({ tokensPerMonth: 80_000_000 })];
  const effects = effectsBetween(from, to);
  expect(linesOf(effects)).toEqual(['changed: Team models/team-a changes, and nothing restarts']);
  expect(effects[0]?.changes).toEqual([{ field: 'tokensPerMonth', from: 50_000_000, to: 80_000_000 }]);
  expect(textOf(diffOf(from, to))).toBe([
    'cluster ml', '  ~ Team models/team-a changes, and nothing restarts', '      tokensPerMonth: 50000000 → 80000000', '', '1 changed',
  ].join('\n'));
});

test('so are models, requests and a budget', () => {
  const effects = effectsBetween(team({ requestsPerMinute: 60 }), team({ models: ['chat', 'embed'] }));
  expect(effects).toMatchObject([{ effect: 'changed', changes: [{ field: 'models', from: ['chat'], to: ['chat', 'embed'] }, { field: 'requestsPerMinute', from: 60 }] }]);
  expect(effectsBetween(team({}), team({ budget: 100 }))).toMatchObject([{ subject: { kind: 'Team' }, changes: [{ field: 'budget', to: 100 }] }]);
});

test('a key is told by its team, and nothing of its Secret', () => {
  const effects = effectsBetween(team({}, '2027-01-31'), team({}, '2027-03-31'));
  expect(linesOf(effects)).toEqual(['changed: Key models/team-a/ci changes, and nothing restarts']);
  expect(effects[0]?.changes).toEqual([{ field: 'expires', from: '2027-01-31', to: '2027-03-31' }]);
});

test('keys and teams come and go', () => {
  const one = gateway({ teams: (add) => { add('team-a').addKey('ci', { expires: '2027-01-31', secret: { name: 'vault' } }); } });
  const two = gateway({
    teams: (add) => {
      add('team-a').addKey('web', { expires: '2027-01-31', secret: { name: 'vault' } });
      add('team-b');
    },
  });
  expect(linesOf(effectsBetween(one, two))).toEqual([
    'created: Key models/team-a/web is let in, from when its Secret has it', 'deleted: Key models/team-a/ci is turned away, from when it is applied',
    'created: Team models/team-b is let in',
  ]);
  expect(linesOf(effectsBetween(two, one))).toContain('deleted: Team models/team-b is not let in any more, from when it is applied');
});

test('an entry of a Secret is told as addKey has it', () => {
  const keyed = (key: string): State => gateway({ teams: (add) => { add('team-a').addKey('ci', { expires: '2027-01-31', secret: { name: 'vault', key } }); } });
  expect(effectsBetween(keyed('team-a.one'), keyed('team-a.two'))).toMatchObject([{ changes: [{ field: 'secret.key', from: 'team-a.one', to: 'team-a.two' }] }]);
});

describe('counters', () => {
  const ordered = (...names: string[]): State => gateway({
    teams: (add) => { for (const name of names) add(name, { tokensPerMonth: 1000 }); },
  });

  test('stay those of a team when another one is added behind it', () => {
    expect(linesOf(effectsBetween(ordered('a', 'b'), ordered('a', 'b', 'c')))).toEqual(['created: Team models/c is let in']);
  });

  test('are others when one goes that is before it, which is told', () => {
    const effects = effectsBetween(ordered('a', 'b', 'c'), ordered('b', 'c'));
    expect(linesOf(effects)).toEqual([
      'changed: Team models/b counts on from the counters of another team', 'changed: Team models/c counts on from the counters of another team',
      'deleted: Team models/a is not let in any more, from when it is applied',
    ]);
    expect(effects[1]?.notes).toEqual(['what it has used in these 30 days is forgotten: it goes on with the counters of team b, whose place it takes; '
      + 'keep the order of the teams, and add new ones at the end']);
  });

  test('begin again at a place that had none', () => {
    const from = gateway({ teams: (add) => { add('a'); add('b', { tokensPerMonth: 1 }); } });
    const to = gateway({ teams: (add) => { add('b', { tokensPerMonth: 1 }); add('a'); } });
    expect(linesOf(effectsBetween(from, to))).toEqual(['changed: Team models/b begins again to count']);
    expect(effectsBetween(from, to)[0]?.notes).toEqual(['what it has used in these 30 days is forgotten: it begins again; keep the order of the teams, and add new ones at the end']);
  });
});

describe('counters of a team that is put between others', () => {
  const ordered = (...teams: [string, Partial<GatewayTeamOptions>][]): State => gateway({
    teams: (add) => { for (const [name, options] of teams) add(name, options); },
  });
  const tokens = { tokensPerMonth: 1000 };
  const order = 'keep the order of the teams, and add new ones at the end';

  test('are those of the team whose place it takes, which is told of both', () => {
    const effects = effectsBetween(ordered(['a', tokens], ['c', tokens]), ordered(['a', tokens], ['b', tokens], ['c', tokens]));
    expect(linesOf(effects)).toEqual(['created: Team models/b is let in', 'changed: Team models/c begins again to count']);
    expect(effects.map(({ notes }) => notes)).toEqual([
      [`it begins with what team c has used in these 30 days, for it takes the place of that team; ${order}`],
      [`what it has used in these 30 days is forgotten: it begins again; ${order}`],
    ]);
    expect(textOf(diffOf(ordered(['c', tokens]), ordered(['b', tokens], ['c', tokens])))).toContain('it begins with what team c has used');
  });

  test('are its own where the other one has limits of another kind, or where it has none', () => {
    const budget = effectsBetween(ordered(['c', { budget: 1 }]), ordered(['b', tokens], ['c', { budget: 1 }]));
    expect(budget.map(({ notes }) => notes)).toEqual([[], [`what it has used in these 30 days is forgotten: it begins again; ${order}`]]);
    expect(effectsBetween(ordered(['c', tokens]), ordered(['b', {}], ['c', tokens]))[0]).toMatchObject({ subject: { name: 'b' }, notes: [] });
  });
});

test('a price is told as one, and not as the formula that it is written to', () => {
  const priced = (price: number, budget = 100): State => gateway({ price, teams: (add) => { add('team-a', { budget }); } });
  const effects = effectsBetween(priced(1), priced(2.5));
  expect(linesOf(effects)).toEqual(['changed: GatewayConfig models/models has other prices, and nothing restarts']);
  expect(effects[0]?.changes).toEqual([{ field: 'price of chat.inputPerMillion', from: 1, to: 2.5 }]);
  expect(linesOf(effectsBetween(priced(1), priced(2.5, 200)))).toEqual([
    'changed: Team models/team-a changes, and nothing restarts', 'changed: GatewayConfig models/models has other prices, and nothing restarts',
  ]);
});

test('a gateway that is opened to the internet is told, and one that is closed', () => {
  const opened = (internal: boolean): State => gateway({ internal, teams: (add) => { add('team-a'); } });
  const notes = (from: State, to: State): unknown => effectsBetween(from, to).find(({ subject: { kind } }) => kind === 'EnvoyProxy')?.notes;
  expect(notes(opened(true), opened(false))).toEqual(['the gateway is reachable from the internet']);
  expect(notes(opened(false), opened(true))).toEqual(['the gateway is not reachable from the internet any more: clients there lose it']);
  expect(notes(opened(false), opened(false))).toBeUndefined();
});

test('an alias is told by the names of the route, and those that go', () => {
  const served = (...aliases: string[]): State => gateway({ aliases, teams: (add) => { add('team-a'); } });
  const added = effectsBetween(served(), served('gpt-4o'));
  expect(added).toMatchObject([{
    effect: 'changed', subject: { kind: 'AIGatewayRoute' }, words: 'is asked for by other names, and nothing restarts',
    changes: [{ field: 'names', from: ['chat'], to: ['chat', 'gpt-4o'] }], notes: [],
  }]);
  expect(effectsBetween(served('gpt-4o'), served())[0]?.notes).toEqual(['requests for gpt-4o are not answered any more']);
});

test('what teams do not account for is told as ever', () => {
  const state = team({ tokensPerMonth: 1 });
  const changed = structuredClone(state);
  const policy = changed.clusters[0]?.objects.find(({ kind }) => kind === 'BackendTrafficPolicy') as { spec?: { retry?: { numRetries: number } } } | undefined;
  if (policy?.spec?.retry) policy.spec.retry.numRetries = 9;
  expect(effectsBetween(state, changed)).toMatchObject([{ subject: { kind: 'BackendTrafficPolicy' }, changes: [{ field: 'spec.retry.numRetries', to: 9 }] }]);
  const rules = structuredClone(state);
  const limits = rules.clusters[0]?.objects.find(({ kind }) => kind === 'BackendTrafficPolicy') as { spec?: { rateLimit?: unknown } } | undefined;
  if (limits?.spec) limits.spec.rateLimit = undefined;
  expect(linesOf(effectsBetween(state, rules))).toEqual(['changed: BackendTrafficPolicy models/models changes']);
});
