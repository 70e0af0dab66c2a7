/** Validation, and synth as a whole. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { Model, Platform, Preview, Workspace } from '../../../src';
import * as checks from '../../../src/constructs/kinds/resource-checks';
import { appOf, gcp, model, stack, synthErrors, temporary, workspace } from '../fixtures';

afterEach(() => jest.restoreAllMocks());

test('a construct is looked at once, however many charts there are', () => {
  const spy = jest.spyOn(checks, 'resourceErrors');
  const platform = gcp();
  const app = new App({ outdir: temporary() });
  for (let index = 0; index < 50; index += 1) {
    platform.addWorkspace(`team-${index}`);
    model(new Workspace(app, `team-${index}`, { platform }));
  }
  app.synth();
  expect(spy).toHaveBeenCalledTimes(50);
  app.synth();
  expect(spy).toHaveBeenCalledTimes(50);
});

test('all are looked at again once something was added', () => {
  const team = workspace();
  model(team, 'a');
  appOf(team).synthYaml();
  const spy = jest.spyOn(checks, 'resourceErrors');
  model(team, 'b', { model: Model.fromModelAttributes(team, 'c', { modelName: 'c', modelNamespace: 'other' }) });
  expect(synthErrors(team)).toEqual([
    "[team-a/b] Model other/c is in a workspace that team-a may not read; add it to reads of addWorkspace('team-a')",
  ]);
  expect(spy).toHaveBeenCalledTimes(2);
});

test('a second synth gives the same bytes', () => {
  const team = workspace();
  stack(team);
  const app = appOf(team);
  app.synth();
  const first = bytesOf(app.outdir);
  app.synth();
  expect(bytesOf(app.outdir)).toEqual(first);
  expect(Object.keys(first)).toEqual(['team-a.k8s.yaml']);
});

test('another directory gives the same bytes', () => {
  const runs = [temporary(), temporary()].map((cwd) => spawnSync(process.execPath, ['--import', require.resolve('tsx'), join(__dirname, 'program.ts')], {
    cwd, env: { PATH: process.env.PATH, TSX_TSCONFIG_PATH: join(__dirname, '../../tsconfig.json') }, encoding: 'utf8',
  }));
  expect(runs.map(({ stderr }) => stderr)).toEqual(['', '']);
  expect(runs[0]?.stdout).toContain('kind: Notebook');
  expect(runs[0]?.stdout).toBe(runs[1]?.stdout);
});

function bytesOf(directory: string): Record<string, string> {
  return Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

test('two clusters in one App may have the same names in the same namespaces', () => {
  const app = new App({ outdir: temporary() });
  const teams = ['one', 'two'].map((clusterName) => {
    const platform = Platform.local({ clusterName });
    platform.addWorkspace('team-a');
    const team = new Workspace(app, clusterName, { platform, namespace: 'team-a' });
    model(team).serve('chat', { image: 'acme/server' });
    return team;
  });
  expect(() => app.synth()).not.toThrow();
  expect(Preview.of(app).children.filter(({ resource }) => resource === 'Server team-a/chat').length)
    .toBe(2 * Preview.of(teams[0] ?? app).children.filter(({ resource }) => resource === 'Server team-a/chat').length);
});
