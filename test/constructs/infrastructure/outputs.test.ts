import type * as fs from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Preview } from '../../../src';
import type { Cluster } from '../../../src';
import { appOf, messageOf, model, synthErrors, temporary } from '../fixtures';
import { bucketOf, cluster, synthesized, workspaceOn } from './clouds';
import type { CloudName } from './clouds';

const ROLES = ['artifact-writer', 'artifact-reader', 'image-builder'];

function azure(outputsFile: string): Cluster {
  const owner = cluster('azure', { outputsFile });
  bucketOf(owner);
  return owner;
}

/** As cdktf nests them: by stack, then by construct. */
function writeOutputs(file: string, byStack: Record<string, (role: string) => string>): string {
  const outputs = Object.entries(byStack).map(([stack, id]) => [stack, {
    ml: Object.fromEntries(ROLES.map((role) => [`clientId_ml_team-a_${role}`, id(role)])),
  }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(outputs)));
  return file;
}

test('before the first deployment the cloud side is synthesized, and a preview shows what is missing', () => {
  const owner = azure(join(temporary(), 'outputs.json'));
  const team = workspaceOn(owner);
  model(team);
  expect(Object.keys((synthesized(owner) as unknown as { output: object }).output).sort())
    .toEqual([...ROLES.map((role) => `clientId_ml_team-a_${role}`), 'kubernetesVersion_ml'].sort());
  expect(Preview.of(team).toYaml()).toContain('kind: Job');
  expect(owner.platform._spec.workspaces?.[0]?.clientIds).toBeUndefined();
});

test('before the first deployment the Kubernetes side says what is missing, and the command that gets it', () => {
  const file = join(temporary(), 'outputs.json');
  expect(synthErrors(workspaceOn(azure(file)))).toEqual([
    `[team-a] ${ROLES.map((role) => `the client id of team-a/${role}`).join(', ')} are not known yet; `
      + `run cdktf deploy, then cdktf output --outputs-file ${file}`,
  ]);
});

test('what the deployment has answered is read from its outputs', () => {
  const file = writeOutputs(join(temporary(), 'outputs.json'), { cloud: (role) => `id-of-${role}` });
  const yaml = appOf(workspaceOn(azure(file))).synthYaml();
  for (const role of ROLES) expect(yaml).toContain(`azure.workload.identity/client-id: id-of-${role}`);
  expect(yaml).not.toContain('known after');
});

test('what the deployment has answered may be as Terraform writes it', () => {
  const file = join(temporary(), 'outputs.json');
  const ids = ROLES.map((role) => [`clientId_ml_team-a_${role}`, { sensitive: false, type: 'string', value: `id-of-${role}` }]);
  writeFileSync(file, JSON.stringify({ ...Object.fromEntries(ids), kubernetesVersion_ml: { sensitive: false, type: 'string', value: '1.33.5' } }));
  const yaml = appOf(workspaceOn(azure(file))).synthYaml();
  for (const role of ROLES) expect(yaml).toContain(`azure.workload.identity/client-id: id-of-${role}`);
  expect(cluster('azure', { outputsFile: file, kubernetesVersion: '1.35' }).node.validate()).toEqual([expect.stringContaining('kubernetesVersion 1.35 skips 1.34')]);
});

test('of two stacks with clusters of one name each reads its own outputs', () => {
  const file = writeOutputs(join(temporary(), 'outputs.json'), { another: (role) => `wrong-${role}`, cloud: (role) => `right-${role}` });
  const yaml = appOf(workspaceOn(azure(file))).synthYaml();
  expect(yaml).toContain('right-artifact-reader');
  expect(yaml).not.toContain('wrong-');
});

test('A29: the file is read once for an App, however often the platform is asked for', () => {
  const file = writeOutputs(join(temporary(), 'outputs.json'), { cloud: (role) => `id-of-${role}` });
  const read = jest.spyOn(jest.requireActual<typeof fs>('node:fs'), 'readFileSync');
  const team = workspaceOn(azure(file));
  for (let index = 0; index < 10; index += 1) model(team, `m-${index}`, { params: { index } });
  appOf(team).synthYaml();
  const count = read.mock.calls.filter(([name]) => name === file).length;
  read.mockRestore();
  expect(count).toBe(1);
});

test('fails when the outputs are not JSON', () => {
  const file = join(temporary(), 'outputs.json');
  writeFileSync(file, 'clientId = 1');
  const owner = azure(file);
  expect(messageOf(() => owner.addWorkspace('team-a'))).toMatch(/outputs\.json is not JSON \(.+\); write it with cdktf output --outputs-file .+outputs\.json$/);
});

function upgraded(cloudName: CloudName, running: string, kubernetesVersion?: string): string[] {
  const file = join(temporary(), 'outputs.json');
  writeFileSync(file, JSON.stringify({ cloud: { ml: { kubernetesVersion_ml: running } } }));
  const owner = cluster(cloudName, { outputsFile: file, kubernetesVersion });
  return owner.node.validate().map((problem) => problem.replaceAll(file, 'outputs.json'));
}

const AGAIN = 'when outputs.json was written; if it runs another version by now, run cdktf output --outputs-file outputs.json';

test.each(['aws', 'gcp', 'azure'] as const)('on %s a minor version may not be skipped', (cloudName) => {
  expect(upgraded(cloudName, '1.33.5', '1.35')).toEqual([
    `kubernetesVersion 1.35 skips 1.34 on the way from 1.33.5: go to 1.34 first. Cluster ml ran 1.33.5 ${AGAIN}`,
  ]);
  expect(upgraded(cloudName, '1.33.5', '1.34')).toEqual([]);
  expect(upgraded(cloudName, '1.33.5')).toEqual([]);
});

test('an older version is refused, but on Google Cloud, where it is the least one', () => {
  expect(upgraded('aws', '1.34', '1.33')).toEqual([
    `kubernetesVersion 1.33 is older than 1.34, and the cloud does not go back: give 1.34 or newer. Cluster ml ran 1.34 ${AGAIN}`,
  ]);
  expect(upgraded('azure', '1.34.2', '1.33')).toHaveLength(1);
  expect(upgraded('gcp', '1.34.2-gke.7', '1.33')).toEqual([]);
});
