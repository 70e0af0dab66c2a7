/** A20: builds in a namespace of their own, with the rights and the Pod Security Standards that the constructs write. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App, Chart } from 'cdk8s';
import type { Pod } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../../../src/api/platform';
import { API_VERSION } from '../../../../src/api/resource';
import type { Resource } from '../../../../src/api/resource';
import { Build } from '../../../../src/constructs/kinds/build';
import { Model } from '../../../../src/constructs/kinds/model';
import { Workspace } from '../../../../src/constructs/kinds/workspace';
import { Platform } from '../../../../src/constructs/platform/platform';
import { Preview } from '../../../../src/constructs/preview/preview';
import { Reconciler } from '../../../../src/constructs/reconciler/reconciler';
import type { KubeObject } from '../../../../src/expand';
import { ApiError } from '../../api-error';
import type { ReconcilerProgram } from '../../program';
import { model } from '../stage';
import type { Live, Stage } from '../stage';

const run = promisify(execFile);
const GIT = { url: 'https://git.example.com/acme/models' };
const ACCOUNT = 'substratus-reconciler';

/** An App with a workspace that builds, and what of it is written into the two namespaces. */
interface Declared {
  readonly app: App;
  readonly team: Workspace;
  readonly platform: PlatformSpec;
  readonly objects: readonly KubeObject[];
}

function declare(namespace: string, outdir?: string): Declared {
  const s3 = { endpoint: 'http://minio.minio:9000', bucketName: 'artifacts', credentialsSecret: 'store' };
  const platform = Platform.local({ clusterName: 'stage', s3, registry: 'registry.example.com/acme' });
  platform.addWorkspace(namespace, { builds: true });
  const app = new App({ outdir });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform, namespace: `system-${namespace}` });
  const team = new Workspace(app, namespace, { platform });
  return { app, team, platform: platform.toJson() as PlatformSpec, objects: team.toJson() as KubeObject[] };
}

/** A reconciler with the rights that its construct writes, and no others. */
async function started(stage: Stage, namespace: string, { objects, platform }: Declared): Promise<ReconcilerProgram> {
  const system = `system-${namespace}`;
  await stage.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: system } });
  await stage.client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: system, name: ACCOUNT } });
  for (const object of objects) await stage.client.apply(object);
  const kubeconfig = await stage.cluster.kubeconfigOf({ namespace: system, name: ACCOUNT });
  return stage.reconcilerFor(namespace, { platform, kubeconfig, env: { POD_NAMESPACE: system } });
}

function built(namespace: string, name: string): Resource {
  return model(namespace, name, { image: undefined, build: { git: GIT } });
}

async function listed(stage: Stage, kind: 'Job' | 'Pod', namespace: string): Promise<Live[]> {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1';
  return await stage.client.list({ apiVersion, kind, namespace }) as unknown as Live[];
}

function ownersIn(jobs: readonly Live[]): (string | undefined)[] {
  return jobs.map(({ metadata }) => metadata.labels?.model).sort();
}

/** The same pod, as who may create pods would have it. */
function asAnybody({ spec }: Pod): Pod['spec'] {
  return spec && { ...spec, nodeName: undefined, serviceAccountName: 'default', serviceAccount: 'default' };
}

/** Why a pod would not be let into a namespace. */
async function refusal(stage: Stage, namespace: string, spec: Pod['spec']): Promise<string> {
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'tried', namespace }, spec };
  try {
    await stage.client.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, { body });
    return 'none';
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

function isGone(stage: Stage, namespace: string, name: string): Promise<unknown> {
  return stage.until(`nothing is left of the build of ${name}`, async () => {
    const left = [...await listed(stage, 'Job', namespace), ...await listed(stage, 'Pod', namespace)];
    return !ownersIn(left).includes(name);
  });
}

export function builds(stage: Stage): void {
  const lived = stage.scene(async () => {
    const namespace = 'builds-a';
    const place = `${namespace}-builds`;
    const [slow, fast, late] = [built(namespace, 'slow'), built(namespace, 'fast'), built(namespace, 'late')];
    for (const namePrefix of ['slow', 'late']) stage.cluster.kubelet.cue({ namespace: place, namePrefix }, { outcome: 'run' });
    const declared = declare(namespace);
    const program = await started(stage, namespace, declared);
    for (const resource of [slow, fast, late]) await stage.apply(resource);
    await stage.ready(fast);
    const running = await stage.until('the slow build runs', async () => (await listed(stage, 'Pod', place))
      .find(({ metadata, status }) => metadata.labels?.model === 'slow' && (status as Pod['status'])?.phase === 'Running'));
    const said = await stage.reason(slow, 'Building');
    const jobs = { there: await listed(stage, 'Job', place), here: await listed(stage, 'Job', namespace) };
    const refused = {
      builder: await refusal(stage, namespace, asAnybody(running as Pod)),
      account: await refusal(stage, namespace, { serviceAccountName: 'image-builder', containers: [{ name: 'a', image: 'a' }] }),
    };
    await stage.client.delete({ apiVersion: API_VERSION, kind: 'Model', namespace, name: 'slow' });
    await isGone(stage, place, 'slow');
    await program.stop();
    await stage.client.delete({ apiVersion: API_VERSION, kind: 'Model', namespace, name: 'late' });
    const left = ownersIn(await listed(stage, 'Job', place));
    await program.start();
    await isGone(stage, place, 'late');
    await stage.converged([namespace, place], declared.platform);
    await program.stop();
    return { said, jobs, refused, left, fast: await stage.get(fast) };
  });

  test('a build runs there, and its Model goes on where it is', async () => {
    const { said, jobs, fast } = await lived();
    expect(said.reason).toBe('Building');
    expect(fast.status?.ready).toBe(true);
    expect(ownersIn(jobs.there)).toEqual(['fast', 'late', 'slow']);
    expect(new Set(jobs.here.map(({ metadata }) => metadata.labels?.role))).toEqual(new Set(['check', 'run', 'publish']));
    const owner = jobs.there.find(({ metadata }) => metadata.labels?.model === 'fast')?.metadata;
    expect([owner?.labels?.['substratus.ai/owner'], owner?.ownerReferences]).toEqual([fast.metadata.uid, undefined]);
  });

  test('in the workspace neither such a pod nor the account that pushes is to be had', async () => {
    const { refused } = await lived();
    expect(refused.account).toContain('serviceaccount "image-builder" not found');
    expect(refused.builder).toMatch(/violates PodSecurity .*baseline:latest/);
  });

  test('it goes with its Model, also with one that was deleted while no reconciler was there', async () => {
    const { left } = await lived();
    expect(left).toEqual(['fast', 'late']);
  });

  const upgraded = stage.scene(async () => {
    const namespace = 'builds-c';
    const [slow, fast] = [built(namespace, 'slow'), built(namespace, 'fast')];
    stage.cluster.kubelet.cue({ namespace, namePrefix: 'slow' }, { outcome: 'run' });
    const declared = declare(namespace);
    const before: PlatformSpec = { ...declared.platform, workspaces: [{ namespace, builds: true }] };
    await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const old = await stage.reconcilerFor(namespace, { platform: before });
    for (const resource of [slow, fast]) await stage.apply(resource);
    await stage.ready(fast);
    const ofBuilds = async () => (await listed(stage, 'Job', namespace)).filter(({ metadata }) => metadata.labels?.role === 'build').map(({ metadata }) => metadata.uid);
    const jobs = await stage.until('both builds are there', async () => ((await ofBuilds()).length === 2 ? ofBuilds() : undefined));
    await old.stop();
    const program = await started(stage, namespace, declared);
    await stage.converged([namespace, `${namespace}-builds`], declared.platform);
    const after = { here: await ofBuilds(), there: await listed(stage, 'Job', `${namespace}-builds`), said: await stage.reason(slow, 'Building') };
    await program.stop();
    return { jobs, after, fast: await stage.get(fast) };
  });

  test('after an upgrade what runs in the workspace goes on, and nothing is built again', async () => {
    const { jobs, after, fast } = await upgraded();
    expect([...after.here].sort()).toEqual([...jobs].sort());
    expect(after.there).toEqual([]);
    expect([after.said.reason, fast.status?.ready]).toEqual(['Building', true]);
  });

  const adopted = stage.scene(async () => {
    const namespace = 'builds-b';
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'builds-'));
    const declared = declare(namespace, path.join(folder, 'dist'));
    const opt = new Model(declared.team, 'opt', { imageBuild: Build.git({ url: GIT.url }) });
    Preview.of(declared.team).eject(path.join(folder, 'deploy'));
    const KUBECTL = stage.cluster.kubectlCommand.join(' ');
    await run(path.join(folder, 'deploy', 'apply.sh'), { env: { ...process.env, KUBECTL } });
    const ejected = await listed(stage, 'Job', `${namespace}-builds`);
    const program = await started(stage, namespace, { ...declared, objects: declared.team.toJson() as KubeObject[] });
    const { metadata } = await stage.ready({ apiVersion: API_VERSION, kind: 'Model', metadata: { namespace, name: opt.modelName } });
    const taken = await listed(stage, 'Job', `${namespace}-builds`);
    await program.stop();
    fs.rmSync(folder, { recursive: true });
    return { ejected, taken, uid: metadata.uid };
  });

  test('one that was ejected is taken over, and not run again', async () => {
    const { ejected, taken, uid } = await adopted();
    expect(ejected).toHaveLength(1);
    expect(taken.map(({ metadata }) => metadata.uid)).toEqual(ejected.map(({ metadata }) => metadata.uid));
    expect(taken[0]?.metadata.labels?.['substratus.ai/owner']).toBe(uid);
  });
}
