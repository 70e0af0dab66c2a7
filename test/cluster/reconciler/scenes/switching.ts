/** From ejected manifests to the reconciler and back, by the commands of docs/preview-and-eject.md: nothing restarts. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { PlatformSpec } from '../../../../src/api/platform';
import { API_VERSION } from '../../../../src/api/resource';
import { Model } from '../../../../src/constructs/kinds/model';
import { Notebook } from '../../../../src/constructs/kinds/notebook';
import { Server } from '../../../../src/constructs/kinds/server';
import { Workspace } from '../../../../src/constructs/kinds/workspace';
import { Gpu } from '../../../../src/constructs/platform/gpu';
import { Platform } from '../../../../src/constructs/platform/platform';
import { Preview } from '../../../../src/constructs/preview/preview';
import type { Cluster } from '../../cluster';
import type { Live, Stage } from '../stage';

const run = promisify(execFile);
const KINDS = 'models,datasets,servers,notebooks';

/** A stack as an App, written both ways. */
interface Stack {
  readonly namespace: string;
  readonly folder: string;
  readonly platform: PlatformSpec;
}

function declare(namespace: string): Stack {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'switching-'));
  const platform = Platform.local({ clusterName: 'stage', s3: { endpoint: 'http://minio.minio:9000', bucketName: 'artifacts', credentialsSecret: 'store' } });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 8 });
  platform.addWorkspace(namespace);
  const app = new App({ outdir: path.join(folder, 'dist') });
  const team = new Workspace(app, namespace, { platform });
  const model = new Model(team, 'opt', { image: 'example.com/model:1', params: { name: 'facebook/opt-125m' } });
  new Server(team, 'chat', { image: 'example.com/server:1', model, replicas: 2, resources: { gpu: Gpu.NVIDIA_L4 } });
  new Notebook(team, 'lab', { image: 'example.com/notebook:1', model });
  app.synth();
  Preview.of(app).eject(path.join(folder, 'deploy'));
  return { namespace, folder, platform: platform.toJson() as PlatformSpec };
}

/** What must stay as it is. `check` is asked again by either side. The generation of a Deployment counts its annotations too. */
interface Running {
  readonly pods: readonly string[];
  readonly revisions: readonly string[];
  readonly deployments: readonly unknown[];
  readonly jobs: readonly string[];
  readonly disks: readonly string[];
}

async function running({ client }: Stage, namespace: string): Promise<Running> {
  const list = async <T extends Live>(apiVersion: string, kind: string) => (
    await client.list({ apiVersion, kind, namespace }) as unknown as T[]
  );
  const uids = (objects: readonly Live[]) => objects.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort();
  const role = ({ metadata }: Live) => metadata.labels?.role;
  const deployments = await list<Live & Deployment>('apps/v1', 'Deployment');
  return {
    pods: uids((await list('v1', 'Pod')).filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicaSet')),
    revisions: uids(await list('apps/v1', 'ReplicaSet')),
    deployments: deployments.map(({ metadata: { name, uid }, spec }) => ({ name, uid, spec })),
    jobs: uids((await list('batch/v1', 'Job')).filter((job) => role(job) !== 'check')),
    disks: uids((await list('v1', 'PersistentVolumeClaim')).filter((claim) => role(claim) === 'storage')),
  };
}

/** Owners of all children, the Jobs `check` too. */
async function owners({ client }: Stage, namespace: string): Promise<Record<string, string>> {
  const kinds = [['apps/v1', 'Deployment'], ['batch/v1', 'Job'], ['v1', 'Service'], ['v1', 'PersistentVolumeClaim'], ['v1', 'ConfigMap']] as const;
  const objects = await Promise.all(kinds.map(async ([apiVersion, kind]) => (await client.list({
    apiVersion, kind, namespace, labels: { 'app.kubernetes.io/managed-by': 'substratus' },
  }) as unknown as Live[]).map((object) => [`${kind}/${object.metadata.name}`, object.metadata.ownerReferences?.map((owner) => owner.kind).join() ?? ''])));
  return Object.fromEntries(objects.flat()) as Record<string, string>;
}

async function applyScript({ kubectlCommand }: Cluster, { folder }: Stack): Promise<string> {
  const { stdout } = await run(path.join(folder, 'deploy', 'apply.sh'), { env: { ...process.env, KUBECTL: kubectlCommand.join(' ') } });
  return stdout;
}

/** As Argo CD does: wave after wave, each once the Jobs of the one before are complete, and by client-side apply. */
async function applyWaves({ kubectl }: { kubectl: (...args: string[]) => Promise<string> }, { folder, namespace }: Stack): Promise<void> {
  const deploy = path.join(folder, 'deploy');
  for (const wave of fs.readdirSync(deploy).filter((name) => name.startsWith('wave-')).sort()) {
    await kubectl('apply', '-f', path.join(deploy, wave));
    const jobs = await kubectl('get', 'jobs', '-n', namespace, '-o', 'name');
    if (jobs !== '') await kubectl('wait', '--for=condition=Complete', '--timeout=240s', '-n', namespace, ...jobs.trim().split('\n'));
  }
  for (const name of ['chat-server', 'lab-notebook']) await kubectl('rollout', 'status', '-n', namespace, `deployment/${name}`, '--timeout=240s');
}

export function switching(stage: Stage): void {
  const kubectl = (...args: string[]) => stage.cluster.kubectl(...args);
  const resources = async (namespace: string) => {
    for (const kind of ['Model', 'Server', 'Notebook']) {
      const there = await stage.client.list({ apiVersion: API_VERSION, kind, namespace });
      for (const resource of there) await stage.ready({ ...resource, apiVersion: API_VERSION, kind });
    }
  };

  const thereAndBack = stage.scene(async () => {
    const namespace = 'switch-a';
    const stack = declare(namespace);
    await applyScript(stage.cluster, stack);
    const ejected = await running(stage, namespace);

    await kubectl('apply', '-f', path.join(stack.folder, 'dist'));
    const program = await stage.reconcilerFor(namespace, { platform: stack.platform });
    await resources(namespace);
    await stage.converged([namespace], stack.platform);
    const reconciled = { running: await running(stage, namespace), owners: await owners(stage, namespace) };

    await program.stop();
    await kubectl('delete', KINDS, '-n', namespace, '--all', '--cascade=orphan');
    const said = await applyScript(stage.cluster, stack);
    const back = { running: await running(stage, namespace), owners: await owners(stage, namespace) };
    fs.rmSync(stack.folder, { recursive: true });
    return { ejected, reconciled, back, said };
  });

  test('from apply.sh to the reconciler: no pod, Deployment or Job is another, and all have an owner', async () => {
    const { ejected, reconciled } = await thereAndBack();
    expect(reconciled.running).toEqual(ejected);
    expect(ejected.pods).toHaveLength(3);
    expect(Object.entries(reconciled.owners).filter(([, kinds]) => !['Model', 'Server', 'Notebook'].includes(kinds))).toEqual([]);
  });

  test('and back: no pod, Deployment or Job is another, and none has an owner', async () => {
    const { ejected, back, said } = await thereAndBack();
    expect(back.running).toEqual(ejected);
    expect(Object.values(back.owners).filter((kinds) => kinds !== '')).toEqual([]);
    expect(said).toContain('is published already');
  });

  const fromWaves = stage.scene(async () => {
    const namespace = 'switch-b';
    const stack = declare(namespace);
    await applyWaves({ kubectl }, stack);
    const ejected = await running(stage, namespace);
    await kubectl('apply', '-f', path.join(stack.folder, 'dist'));
    const program = await stage.reconcilerFor(namespace, { platform: stack.platform });
    await resources(namespace);
    await stage.converged([namespace], stack.platform);
    const server = await stage.client.get<Deployment & Live>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'chat-server' });
    await program.stop();
    fs.rmSync(stack.folder, { recursive: true });
    return { ejected, reconciled: await running(stage, namespace), owners: await owners(stage, namespace), server };
  });

  test('from waves that `kubectl apply` or Argo CD has applied: no pod, Deployment or Job is another, and all have an owner', async () => {
    const { ejected, reconciled, owners: found } = await fromWaves();
    expect(reconciled).toEqual(ejected);
    expect(Object.entries(found).filter(([, kinds]) => !['Model', 'Server', 'Notebook'].includes(kinds))).toEqual([]);
  });

  test('what is taken over has the order of the waves no more, and nobody else owns its fields', async () => {
    const { server } = await fromWaves();
    expect(Object.keys(server.metadata.annotations ?? {}).sort()).toEqual(['deployment.kubernetes.io/revision', 'substratus.ai/applied']);
    expect(server.metadata.managedFields?.map(({ manager }) => manager).sort()).toEqual(['kube-controller-manager', 'substratus']);
  });
}
