/** That the cluster of the other tests behaves as a cluster does. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap, Namespace, PersistentVolumeClaim, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { ApiError } from './api-error';
import type { Client } from './client';
import { describeOnCluster } from './describe';
import { until } from './until';

const GPU = 'nvidia.com/gpu';

describeOnCluster('a cluster', {}, (cluster) => {
  let count = 0;
  let namespace = '';

  beforeEach(async () => {
    count += 1;
    namespace = `test-${count}`;
    await cluster().client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await until('the namespace has its ServiceAccount', () => cluster().client.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }));
  });

  const job = (name: string, spec: Partial<PodSpec> = {}, annotations = {}): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      backoffLimit: 1,
      podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
      template: { metadata: { annotations }, spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/main:1' }], ...spec } },
    },
  });

  const hasCondition = (name: string, type: string) => until(`Job ${name} is ${type}`, async () => {
    const { status } = await cluster().client.get<Job>({ apiVersion: 'batch/v1', kind: 'Job', namespace, name });
    return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
  });

  const podsOf = (client: Client, name: string) => client.list<Pod>({
    apiVersion: 'v1', kind: 'Pod', namespace, labels: { 'batch.kubernetes.io/job-name': name },
  });

  const step = (name: string, container: 'check' | 'publish', destination: string) =>
    job(name, { containers: [{ name: container, image: 'rclone', env: [{ name: 'DESTINATION', value: destination }] }] });

  const lastWords = async (name: string) => {
    await hasCondition(name, 'Complete');
    const [pod] = await podsOf(cluster().client, name);
    return pod?.status?.containerStatuses?.[0]?.state?.terminated?.message;
  };

  test('a Job completes', async () => {
    await cluster().client.create(job('good'));
    await hasCondition('good', 'Complete');
    const [pod] = await podsOf(cluster().client, 'good');
    expect(pod?.spec?.nodeName).toBe('node-1');
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject({ imageID: expect.stringMatching(/^example\.com\/main@sha256:/), state: { terminated: { exitCode: 0 } } });
  });

  test('a Job fails on a cue of the test, with the last words of its container', async () => {
    const takeBack = cluster().kubelet.cue({ namespace, namePrefix: 'bad' }, { outcome: 'fail', exitCode: 3, message: 'no such file' });
    await cluster().client.create(job('bad'));
    expect(await hasCondition('bad', 'Failed')).toMatchObject({ reason: 'BackoffLimitExceeded' });
    const pods = await podsOf(cluster().client, 'bad');
    expect(pods).toHaveLength(2);
    expect(pods[0]?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, message: 'no such file' });
    takeBack();
  });

  test('a Job fails on a cue in its annotations', async () => {
    await cluster().client.create(job('annotated', {}, { 'cluster.test/outcome': 'oom' }));
    await hasCondition('annotated', 'Failed');
    const [pod] = await podsOf(cluster().client, 'annotated');
    expect(pod?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  test('a Job fails once and then completes', async () => {
    cluster().kubelet.cue({ namespace, times: 1 }, { outcome: 'fail' });
    await cluster().client.create(job('flaky'));
    await hasCondition('flaky', 'Complete');
    expect(await podsOf(cluster().client, 'flaky')).toHaveLength(2);
  });

  test('a Job that runs for ever ends when a test says so', async () => {
    cluster().kubelet.cue({ namespace }, { outcome: 'run' });
    await cluster().client.create(job('endless'));
    const name = await until('the pod runs', async () => {
      const [pod] = await podsOf(cluster().client, 'endless');
      return pod?.status?.phase === 'Running' && pod.metadata?.name;
    });
    await cluster().kubelet.end({ namespace, name }, { outcome: 'succeed' });
    await hasCondition('endless', 'Complete');
  });

  test('a disruption does not count as a failure of its Job', async () => {
    cluster().kubelet.cue({ namespace, times: 3 }, { outcome: 'evict' });
    await cluster().client.create(job('disrupted'));
    await hasCondition('disrupted', 'Complete');
    const { status } = await cluster().client.get<Job>({ apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'disrupted' });
    expect(status?.failed ?? 0).toBe(0);
  });

  test('a pod whose image cannot be pulled waits and says why', async () => {
    cluster().kubelet.cue({ namespace }, { outcome: 'image-pull', message: 'no such image' });
    await cluster().client.create(job('unpullable'));
    const waiting = await until('the pod waits', async () => {
      const [pod] = await podsOf(cluster().client, 'unpullable');
      return pod?.status?.containerStatuses?.[0]?.state?.waiting;
    });
    expect(waiting).toEqual({ reason: 'ImagePullBackOff', message: 'no such image' });
  });

  test('what a publish step has published is found by the next check, and only that', async () => {
    await cluster().client.create(step('check-1', 'check', 's3:bucket/a'));
    expect(await lastWords('check-1')).toBe('{"published":false}\n');
    await cluster().client.create(step('publish-1', 'publish', 's3:bucket/a'));
    const published = await lastWords('publish-1');
    expect(published).toMatch(/^\{"published":true,"contentDigest":"sha256:[0-9a-f]{64}","bytes":\d+,"files":\d+\}\n$/);
    await cluster().client.create(step('check-2', 'check', 's3:bucket/a'));
    expect(await lastWords('check-2')).toBe(published);
    await cluster().client.create(step('check-3', 'check', 's3:bucket/b'));
    expect(await lastWords('check-3')).toBe('{"published":false}\n');
  });

  test('a pod that asks for a GPU waits until there is a node that has one', async () => {
    const needs = { resources: { limits: { [GPU]: '1' } } };
    await cluster().client.create(job('gpu', { containers: [{ name: 'main', image: 'example.com/main:1', ...needs }] }));
    const message = await until('the pod is unschedulable', async () => {
      const [pod] = await podsOf(cluster().client, 'gpu');
      return pod?.status?.conditions?.find(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable')?.message;
    });
    expect(message).toContain(`Insufficient ${GPU}`);
    await cluster().createNode({ name: 'gpu-1', extended: { [GPU]: '1' } });
    await hasCondition('gpu', 'Complete');
    await cluster().deleteNode('gpu-1');
  });

  test('a claim is bound when a pod uses it, and goes when no pod names it any more, finished ones included', async () => {
    const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'disk' };
    const { client } = cluster();
    await client.create<PersistentVolumeClaim>({
      apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk', namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
    });
    await client.create(job('writer', { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }] }));
    await hasCondition('writer', 'Complete');
    const claim = await client.get<PersistentVolumeClaim>(reference);
    expect(claim.status?.phase).toBe('Bound');
    await client.delete(reference);
    expect(await client.find(reference)).toBeDefined();
    await client.delete({ apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'writer' }, { propagationPolicy: 'Background' });
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', name: claim.spec?.volumeName ?? '' };
    await until('the volume has gone', async () => await client.find(volume) === undefined);
  });

  describe('with a Deployment', () => {
    const reference = () => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' });

    const deployment = (image: string, spec: Partial<PodSpec> = {}): Deployment => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }], ...spec } },
      },
    });

    const running = (client: Client) => until('one pod is ready', async () => {
      const pods = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { app: 'web' } });
      const ready = pods.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
      return pods.length === 1 && ready[0]?.metadata;
    });

    test('it rolls out, and an evicted pod is replaced', async () => {
      const { client } = cluster();
      await client.apply(deployment('web:1'));
      await cluster().kubectl('--namespace', namespace, 'rollout', 'status', 'deployment/web', '--timeout=30s');
      const first = await running(client);
      await cluster().evict({ namespace, name: first.name ?? '' });
      const second = await until('another pod is ready', async () => {
        const pod = await running(client);
        return pod.uid !== first.uid && pod;
      });
      await client.apply(deployment('web:2'));
      await cluster().kubectl('--namespace', namespace, 'rollout', 'status', 'deployment/web', '--timeout=30s');
      expect((await running(client)).uid).not.toBe(second.uid);
    });

    test('a new revision that is never ready does not take the old one away', async () => {
      const { client } = cluster();
      await client.apply(deployment('web:1'));
      const first = await running(client);
      cluster().kubelet.cue({ namespace }, { outcome: 'crash' });
      await client.apply(deployment('web:2'));
      await until('the new pod crashes', async () => {
        const pods = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace });
        return pods.some(({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff');
      });
      const { status } = await client.get<Deployment>(reference());
      expect(status?.readyReplicas).toBe(1);
      expect(await client.find<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, name: first.name ?? '' })).toBeDefined();
    });

    test('a node that goes takes its pod with it, and a drained one gives it away', async () => {
      const { client } = cluster();
      await cluster().createNode({ name: 'spot-1', labels: { spot: 'yes' } });
      await client.apply(deployment('web:1', { nodeSelector: { spot: 'yes' } }));
      const first = await running(client);
      await cluster().createNode({ name: 'spot-2', labels: { spot: 'yes' } });
      await cluster().drain('spot-1');
      const second = await until('the pod is on the other node', async () => {
        const [pod] = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { app: 'web' } });
        return pod?.spec?.nodeName === 'spot-2' && pod.metadata;
      });
      expect(second.uid).not.toBe(first.uid);
      await cluster().deleteNode('spot-2');
      await until('the pod has gone with its node', async () => await client.find({ apiVersion: 'v1', kind: 'Pod', namespace, name: second.name ?? '' }) === undefined);
      await cluster().deleteNode('spot-1');
    });
  });

  test('children go with their owner', async () => {
    const { client } = cluster();
    const parent = await client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'parent', namespace } });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid: parent.metadata?.uid ?? '' };
    await client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', namespace, ownerReferences: [owner] } });
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'parent' });
    await until('the child has gone', async () => await client.find({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'child' }) === undefined);
  });

  test('a namespace goes with all that is in it', async () => {
    const { client } = cluster();
    cluster().kubelet.cue({ namespace }, { outcome: 'run' });
    await client.create(job('endless'));
    await until('the pod runs', async () => (await podsOf(client, 'endless'))[0]?.status?.phase === 'Running');
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await until('the namespace has gone', async () => await client.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace }) === undefined);
  });

  test('a ServiceAccount may do what it was granted, and nothing else', async () => {
    const client = await cluster().clientOf({ namespace, name: 'default' });
    const asked = client.list({ apiVersion: 'v1', kind: 'Pod', namespace });
    await expect(asked).rejects.toThrow(ApiError);
    await expect(asked).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
    client.close();
  });

  test('a restarted API server has what it had, and the kubelets go on', async () => {
    await cluster().client.create(job('before'));
    await cluster().restartApiServer();
    await hasCondition('before', 'Complete');
    await cluster().client.create(job('after'));
    await hasCondition('after', 'Complete');
  });

  test('a frozen scheduler schedules nothing until it thaws', async () => {
    const scheduler = cluster().component('kube-scheduler');
    scheduler.freeze();
    await cluster().client.create(job('waits'));
    await until('the pod is there', async () => (await podsOf(cluster().client, 'waits')).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await podsOf(cluster().client, 'waits'))[0]?.spec?.nodeName).toBeUndefined();
    scheduler.thaw();
    await hasCondition('waits', 'Complete');
  });

  test('a program in it talks to it with the rights that it was given', async () => {
    const kubeconfig = await cluster().kubeconfigOf({ namespace, name: 'default' });
    const command = ['sh', '-c', 'cat "$KUBECONFIG"; echo "$GREETING"'];
    const program = cluster().startProgram('program', { command, kubeconfig, env: { GREETING: 'good morning' } });
    await until('the program has ended', () => !program.isRunning);
    expect(program.ending).toBe(0);
    expect(program.lastWords()).toContain(cluster().url);
    expect(program.lastWords()).toContain('good morning');
  });

  test('kubectl talks to it', async () => {
    expect(JSON.parse(await cluster().kubectl('version', '-o', 'json'))).toMatchObject({
      clientVersion: { gitVersion: expect.stringMatching(/^v1\./) },
      serverVersion: { gitVersion: expect.stringMatching(/^v1\./) },
    });
  });
});
