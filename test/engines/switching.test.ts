/** A Server that the real KEDA scales, from ejected manifests to the reconciler and back by the commands of docs/preview-and-eject.md. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App, Duration, Size } from 'cdk8s';
import type { PlatformSpec } from '../../src/api/platform';
import { Autoscaling } from '../../src/constructs/kinds/autoscaling';
import { Model } from '../../src/constructs/kinds/model';
import { Server } from '../../src/constructs/kinds/server';
import { Workspace } from '../../src/constructs/kinds/workspace';
import { Platform } from '../../src/constructs/platform/platform';
import { Preview } from '../../src/constructs/preview/preview';
import type { Live } from '../cluster/reconciler/stage';
import { server } from '../cluster/reconciler/stage';
import { Backend } from './backend';
import { describeWithEngines } from './stage';
import type { EngineStage } from './stage';

const run = promisify(execFile);
const NAMESPACE = 'switch-elastic';
const CHAT = { namespace: NAMESPACE, name: 'chat', resource: server(NAMESPACE, 'chat') };
const KINDS = [
  ['apps/v1', 'Deployment'], ['apps/v1', 'ReplicaSet'], ['v1', 'Service'], ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['keda.sh/v1alpha1', 'ScaledObject'], ['http.keda.sh/v1beta1', 'InterceptorRoute'],
] as const;

interface Stack {
  readonly folder: string;
  readonly platform: PlatformSpec;
}

function declare(scalerAddress: string): Stack {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'switching-'));
  const platform = Platform.local({
    clusterName: 'stage', kubernetesVersion: '1.36', s3: { endpoint: 'http://minio.minio:9000', bucketName: 'artifacts', credentialsSecret: 'store' },
  });
  platform.addKeda({ scalerAddress });
  platform.addWorkspace(NAMESPACE);
  const app = new App({ outdir: path.join(folder, 'dist') });
  const team = new Workspace(app, NAMESPACE, { platform });
  const model = new Model(team, 'opt', { image: 'example.com/model:1', params: { name: 'facebook/opt-125m' } });
  new Server(team, 'chat', {
    image: 'example.com/server:1', model, startupTimeout: Duration.seconds(5), resources: { cpu: 1, memory: Size.mebibytes(128) },
    autoscaling: Autoscaling.concurrency({ min: 0, max: 1 }),
  });
  app.synth();
  Preview.of(app).eject(path.join(folder, 'deploy'));
  return { folder, platform: platform.toJson() as PlatformSpec };
}

async function objects(stage: EngineStage): Promise<Live[]> {
  const lists = await Promise.all(KINDS.map(([apiVersion, kind]) => stage.client.list({ apiVersion, kind, namespace: NAMESPACE })));
  return lists.flatMap((list, index) => (list as Live[]).map((object) => ({ ...object, kind: KINDS[index]?.[1] ?? '' })));
}

/** What must stay as it is. */
async function identities(stage: EngineStage): Promise<string[]> {
  const all = [...await objects(stage), ...(await stage.pods(CHAT.resource)).map((pod) => ({ ...pod, kind: 'Pod' }))];
  return all.map(({ kind, metadata: { name, uid } }) => `${kind} ${name} ${uid}`).sort();
}

/** Who owns what is ours. A ScaledObject owns its HorizontalPodAutoscaler, which has its labels, and a Deployment its ReplicaSets. */
async function owners(stage: EngineStage): Promise<string[]> {
  const ours = (await objects(stage)).filter(({ kind, metadata }) => !['ReplicaSet', 'HorizontalPodAutoscaler'].includes(kind ?? '')
    && metadata.labels?.['app.kubernetes.io/managed-by'] === 'substratus');
  return [...new Set(ours.map(({ metadata }) => metadata.ownerReferences?.map(({ kind }) => kind).join() ?? ''))];
}

describeWithEngines('a Server that is scaled by its requests, under other hands', (stage) => {
  test('goes from ejected manifests to the reconciler at zero, and back while it answers: nothing of it is another, and no answer breaks off', async () => {
    const { cluster, client, engines } = stage();
    await stage().reconciler.stop();
    const { folder, platform } = declare(engines.keda.scaler ?? '');
    const script = () => run(path.join(folder, 'deploy', 'apply.sh'), { env: { ...process.env, KUBECTL: cluster.kubectlCommand.join(' ') } });
    const backend = new Backend(client, { namespace: NAMESPACE, server: 'chat' });
    await backend.start();
    stage().lead(CHAT, backend.port);
    try {
      await script();
      await stage().until('it answers', async () => (await stage().ask(CHAT)).status === 200);
      await stage().untilGone(CHAT);
      const ejected = await identities(stage());

      await cluster.kubectl('apply', '-f', path.join(folder, 'dist'));
      const program = await stage().reconcilerFor(NAMESPACE, { platform });
      await stage().reason(CHAT.resource, 'ScaledToZero');
      expect({ all: await identities(stage()), owners: await owners(stage()), replicas: await stage().replicas(CHAT) })
        .toEqual({ all: ejected, owners: ['Server'], replicas: 0 });

      backend.parts = 900;
      const streamed = stage().ask(CHAT);
      await stage().until('a replica is ready', async () => (await stage().deployment(CHAT)).status?.readyReplicas === 1);
      const awake = await identities(stage());
      await program.stop();
      await cluster.kubectl('delete', 'models,servers', '-n', NAMESPACE, '--all', '--cascade=orphan');
      await script();
      expect({ all: await identities(stage()), owners: await owners(stage()), replicas: await stage().replicas(CHAT) })
        .toEqual({ all: awake, owners: [''], replicas: 1 });
      backend.parts = 1;
      expect(await streamed).toMatchObject({ status: 200, text: expect.stringMatching(/data: \[DONE\]\s*$/) as string });
      await stage().untilReplicas(CHAT, 0);
      expect(backend.early).toBe(0);
    } finally {
      backend.parts = 1;
      await backend.stop();
      fs.rmSync(folder, { recursive: true });
    }
  });
});
