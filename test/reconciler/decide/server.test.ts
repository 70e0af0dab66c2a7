import type { Deployment } from 'kubernetes-types/apps/v1';
import type { DeploymentState } from '../../../src/reconciler/observe/observed';
import { dataset, model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const PLATFORM = platformOf('gcp', { gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 }] });

function world(): World {
  return new World(PLATFORM);
}

function serving(spec = {}) {
  const cluster = world();
  const opt = cluster.add(model());
  const chat = cluster.add(server(spec));
  cluster.publish(opt);
  cluster.rollOut(chat);
  return { cluster, opt, chat };
}

describe('a server', () => {
  test('has a Service but no pods before its model is Ready', () => {
    const cluster = world();
    cluster.add(model());
    const chat = cluster.add(server());
    cluster.settle();
    expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'PodDisruptionBudget run', 'Service run']);
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'ModelNotReady' });
    expect(cluster.condition(chat, 'Serving')).toMatchObject({ status: 'False', reason: 'ModelNotReady' });
  });

  test('has nothing while its model does not exist', () => {
    const cluster = world();
    const chat = cluster.add(server());
    cluster.settle();
    expect(cluster.roles(chat)).toEqual([]);
    expect(cluster.ready(chat).reason).toBe('ModelNotFound');
  });

  test('is Ready when it answers, and says where and what it serves', () => {
    const { cluster, chat, opt } = serving();
    expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving', message: '1 replica answers at http://chat-server.team-a:8080' });
    expect(cluster.condition(chat, 'Serving')).toMatchObject({ status: 'True', reason: 'DeploymentReady' });
    expect(cluster.get(chat).status).toMatchObject({
      ready: true,
      url: 'http://chat-server.team-a:8080',
      model: { name: 'opt', namespace: 'team-a', recipeDigest: cluster.get(opt).status?.artifact?.recipeDigest },
    });
  });

  test('waits for the base of an adapter too, and mounts both', () => {
    const cluster = world();
    const [adapter, base] = [cluster.add(model({ params: { rank: 8 } })), cluster.add(model({}, 'base'))];
    const chat = cluster.add(server({ base: { name: 'base' } }));
    cluster.publish(adapter);
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'ModelNotReady', message: expect.stringContaining('Model team-a/base') as string });
    cluster.publish(base);
    cluster.settle();
    const paths = JSON.stringify(cluster.decide(chat).desired.map(({ object }) => object));
    expect([paths.includes('"/content/model"'), paths.includes('"/content/base"')]).toEqual([true, true]);
  });

  const withAdapters = (...names: string[]) => ({ adapters: names.map((name) => ({ name, model: { name } })) });

  test('waits for each of its adapters, and names the one that is missing', () => {
    const cluster = world();
    const opt = cluster.add(model());
    const chat = cluster.add(server(withAdapters('sql')));
    cluster.publish(opt);
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'ModelNotFound', message: 'waiting for Model team-a/sql, which does not exist' });
    const sql = cluster.add(model({ params: { rank: 8 } }, 'sql'));
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'ModelNotReady', message: 'waiting for Model team-a/sql (not ready yet)' });
    expect(cluster.roles(chat)).not.toContain('Deployment run');
    cluster.publish(sql);
    cluster.rollOut(chat);
    expect(cluster.ready(chat).status).toBe('True');
    expect(cluster.child(chat, 'Deployment').applied?.inputs?.['adapters.sql']).toMatchObject({ kind: 'Model', name: 'sql' });
  });

  test('goes on with the adapters that it has until a new one is Ready, and rolls to it then', () => {
    const { cluster, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    const sql = cluster.add(model({ params: { rank: 8 } }, 'sql'));
    cluster.change(chat, { spec: withAdapters('sql') });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied).toMatchObject({ template: before?.template, inputs: before?.inputs });
    expect(cluster.ready(chat)).toMatchObject({ status: 'True', message: expect.stringContaining('waiting for Model team-a/sql (not ready yet)') as string });
    cluster.publish(sql);
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before?.template);
    expect(Object.keys(cluster.child(chat, 'Deployment').applied?.inputs ?? {})).toEqual(['model', 'adapters.sql']);
  });

  test('rolls when an adapter is another one, and when one is taken out', () => {
    const cluster = world();
    const [opt, sql, next] = [cluster.add(model()), cluster.add(model({ params: { rank: 8 } }, 'sql')), cluster.add(model({ params: { rank: 9 } }, 'next'))];
    const chat = cluster.add(server(withAdapters('sql')));
    for (const each of [opt, sql, next]) cluster.publish(each);
    cluster.rollOut(chat);
    const templates = [undefined, { adapters: [{ name: 'sql', model: { name: 'next' } }] }, { adapters: [] }].map((spec) => {
      if (spec) cluster.change(chat, { spec });
      cluster.settle();
      return cluster.child(chat, 'Deployment').applied?.template;
    });
    expect(new Set(templates).size).toBe(3);
  });

  test('does not refer to an adapter of a namespace that does not share it', () => {
    const cluster = world();
    cluster.publish(cluster.add(model()));
    const chat = cluster.add(server({ adapters: [{ name: 'sql', model: { name: 'sql', namespace: 'other' } }] }));
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({
      reason: 'ReferenceNotPermitted', message: expect.stringContaining('Model other/sql is not shared with namespace team-a') as string,
    });
  });

  test('goes on with the base that it has until another is Ready', () => {
    const cluster = world();
    const [opt, base, next] = [cluster.add(model()), cluster.add(model({ params: { n: 1 } }, 'base')), cluster.add(model({ params: { n: 2 } }, 'next'))];
    const chat = cluster.add(server({ base: { name: 'base' } }));
    for (const each of [opt, base]) cluster.publish(each);
    cluster.rollOut(chat);
    const before = cluster.child(chat, 'Deployment').applied;
    cluster.change(chat, { spec: { base: { name: 'next' }, image: 'example/server:2' } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).toBe(before?.template);
    cluster.publish(next);
    expect(cluster.child(chat, 'Deployment').applied?.inputs?.base?.name).toBe('next');
  });

  test.each([
    ['blinks', (cluster: World, opt: ReturnType<typeof model>) => cluster.change(opt, { status: { ready: false } })],
    ['is deleted', (cluster: World, opt: ReturnType<typeof model>) => cluster.delete(opt)],
  ])('keeps running when its model %s', (_, harm) => {
    const { cluster, opt, chat } = serving();
    const before = cluster.child(chat, 'Deployment');
    harm(cluster, opt);
    cluster.change(chat, { annotations: { touched: 'yes' } });
    const decision = cluster.decide(chat);
    expect(decision.obsolete).toEqual([]);
    expect(decision.verdict.ready).toBe(true);
    expect(cluster.child(chat, 'Deployment').applied).toEqual(before.applied);
  });

  test('rolls to another model only when that is Ready', () => {
    const { cluster, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    const next = cluster.add(model({ params: { seed: 2 } }, 'next'));
    cluster.change(chat, { spec: { model: { name: 'next' }, image: 'example/server:2', replicas: 3 } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied).toMatchObject({ intent: before?.intent, template: before?.template, inputs: before?.inputs });
    expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(3);
    expect(cluster.ready(chat).message).toContain('waiting for Model team-a/next');
    cluster.publish(next);
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before?.template);
    expect(cluster.child(chat, 'Deployment').applied?.inputs?.model?.name).toBe('next');
  });

  test('says what its model is stuck in, and keeps quiet about its progress', () => {
    const cluster = world();
    const opt = cluster.add(model());
    const chat = cluster.add(server());
    cluster.settle();
    expect(cluster.ready(chat).message).toBe('waiting for Model team-a/opt (not ready yet)');
    const before = cluster.get(chat).metadata.resourceVersion;
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
    expect(cluster.get(chat).metadata.resourceVersion).toBe(before);
    cluster.end(opt, 'run', { exitCode: 1 });
    cluster.settle();
    expect(cluster.ready(chat).message).toContain('waiting for Model team-a/opt (RunFailed: run failed');
  });

  test('changes its pods for its own sake while the model that it serves is not Ready', () => {
    const { cluster, opt, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    cluster.delete(opt);
    cluster.change(chat, { spec: { image: 'example/server:2' } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before?.template);
    expect(cluster.child(chat, 'Deployment').applied?.inputs).toEqual(before?.inputs);
  });

  test('does not roll for a model that came back with another uid and the same recipe', () => {
    const { cluster, opt, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    cluster.delete(opt);
    cluster.publish(cluster.add(model()));
    expect(cluster.child(chat, 'Deployment').applied).toEqual(before);
  });

  test('other params roll it, and the old ones stay until it has rolled out', () => {
    const { cluster, chat } = serving({ params: { a: 1 } });
    const old = cluster.child(chat, 'ConfigMap').metadata.name;
    cluster.change(chat, { spec: { params: { a: 2 } } });
    cluster.settle();
    const names = () => cluster.children(chat).filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    expect(names()).toHaveLength(2);
    expect(names()).toContain(old);
    expect(cluster.ready(chat)).toMatchObject({ status: 'True' });
    cluster.rollOut(chat);
    expect(names()).toHaveLength(1);
    expect(names()).not.toContain(old);
  });

  test('is not restarted by another version of the library, and says that it is outdated', () => {
    const { cluster, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    cluster.platform = { ...PLATFORM, kubernetesVersion: '1.29' };
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied).toEqual(before);
    expect(cluster.condition(chat, 'Outdated')).toMatchObject({ status: 'True', reason: 'NewerVersion' });
    expect(cluster.ready(chat).status).toBe('True');
    cluster.change(chat, { spec: { replicas: 2 } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).toBe(before?.template);
    expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(2);
  });

  test('rolls on an upgrade where that is asked for', () => {
    const { cluster, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied;
    cluster.rollOnUpgrade = true;
    cluster.platform = { ...PLATFORM, kubernetesVersion: '1.29' };
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before?.template);
    expect(cluster.condition(chat, 'Outdated')).toBeUndefined();
  });

  test('is put right when someone changes it', () => {
    const { cluster, chat } = serving();
    const deployment = cluster.child(chat, 'Deployment');
    cluster.written.length = 0;
    cluster.update(deployment, { live: { ...deployment.live, template: 'changed' } });
    cluster.settle();
    expect(cluster.written).toEqual([`Deployment/${deployment.metadata.name}`]);
  });

  test('suspended, has no replicas, and keeps its Deployment', () => {
    const { cluster, chat } = serving();
    cluster.change(chat, { spec: { suspend: true } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(0);
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Suspended' });
    expect(cluster.condition(chat, 'Serving')?.reason).toBe('Suspended');
  });

  test('leaves the number of replicas to an autoscaler', () => {
    const { cluster, chat } = serving({ scaling: 'external' });
    const { metadata } = cluster.child(chat, 'Deployment');
    expect((cluster.objects.get(`Deployment/${metadata.name}`) as Deployment).spec?.replicas).toBeUndefined();
  });

  test('keeps its replicas until the autoscaler that it is given has set another number', () => {
    const { cluster, chat } = serving({ replicas: 3 });
    const written = () => (cluster.objects.get(`Deployment/${cluster.child(chat, 'Deployment').metadata.name}`) as Deployment).spec?.replicas;
    cluster.change(chat, { spec: { replicas: undefined, scaling: 'external' } });
    cluster.settle();
    expect(written()).toBe(3);
    const before = cluster.child(chat, 'Deployment');
    cluster.update(before, { deployment: { ...before.deployment as DeploymentState, replicas: 5, ownsReplicas: false } });
    cluster.settle();
    expect(written()).toBeUndefined();
  });

  test('that was suspended is not kept at no replicas by an autoscaler', () => {
    const { cluster, chat } = serving({ suspend: true, scaling: 'external' });
    cluster.change(chat, { spec: { suspend: false } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(1);
  });

  test('that is suspended keeps its pod template until it goes on', () => {
    const { cluster, chat } = serving();
    const before = cluster.child(chat, 'Deployment').applied?.template;
    cluster.change(chat, { spec: { suspend: true, image: 'example/server:2' } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment')).toMatchObject({ applied: { template: before }, deployment: { replicas: 0 } });
    cluster.change(chat, { spec: { suspend: false } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before);
  });

  test('that names a Dataset as its model is told that it is one', () => {
    const cluster = world();
    cluster.add(dataset({}, 'squad'));
    const chat = cluster.add(server({ model: { name: 'squad' } }));
    cluster.settle();
    expect(cluster.ready(chat).message).toBe('waiting for Model team-a/squad, which does not exist, but there is Dataset team-a/squad');
  });

  test('of another namespace is not told which Datasets there are', () => {
    const cluster = world();
    const squad = cluster.add(model({ sharing: { namespaces: ['team-b'] } }, 'squad'));
    cluster.change(squad, { deletionTimestamp: '2026-01-02T00:00:00Z' });
    cluster.add(dataset({}, 'squad'));
    const { metadata, ...rest } = server({ model: { name: 'squad', namespace: 'team-a' } });
    const theirs = { ...rest, metadata: { ...metadata, namespace: 'team-b' } };
    cluster.add(theirs);
    cluster.look(theirs);
    expect(cluster.ready(theirs).message).toBe('waiting for Model team-a/squad, which does not exist');
  });

  test('that leaves its replicas to an autoscaler has as many as that has set on the Server', () => {
    const { cluster, chat } = serving();
    cluster.change(chat, { spec: { replicas: 3, scaling: 'external' } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(3);
    expect(cluster.ready(chat).reason).toBe('RollingOut');
  });

  test('that is suspended says so, and not that its image is not built', () => {
    const cluster = world();
    cluster.publish(cluster.add(model()));
    const chat = cluster.add(server({ image: undefined, build: { git: { url: 'https://example.com/a.git', tag: 'v1' } }, suspend: true }));
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Suspended' });
  });

  test('without a model says so', () => {
    const cluster = world();
    const chat = cluster.add({ ...server(), spec: { image: 'x' } });
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ reason: 'InvalidSpec', message: 'model is not set; a Server needs one to serve' });
  });

  test('that does not come up in time is Stalled, while the old revision serves', () => {
    const { cluster, chat } = serving();
    cluster.change(chat, { spec: { image: 'example/server:2' } });
    cluster.settle();
    cluster.update(cluster.child(chat, 'Deployment'), {
      deployment: {
        replicas: 1, ownsReplicas: true, current: 2, updated: 1, available: 1, isObserved: true,
        problem: { reason: 'ProgressDeadlineExceeded', message: 'timed out' },
      },
    });
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({
      status: 'True', reason: 'RolloutFailed', message: 'rolling out, while 1 of 1 replicas answers: does not come up in time: timed out',
    });
    expect(cluster.condition(chat, 'Stalled')?.status).toBe('True');
  });
});

describe('a server that is built from git', () => {
  const build = { git: { url: 'https://git.example.com/acme/server', branch: 'main' } };

  function built() {
    const cluster = new World({ ...PLATFORM });
    const opt = cluster.add(model());
    const chat = cluster.add({ ...server(), spec: { model: { name: 'opt' }, build } });
    cluster.publish(opt);
    return { cluster, chat };
  }

  test('has no pods before its image is built', () => {
    const { cluster, chat } = built();
    expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'Job build', 'PodDisruptionBudget run', 'Service run']);
    expect(cluster.ready(chat).reason).toBe('Building');
    cluster.end(chat, 'build');
    cluster.settle();
    expect(cluster.roles(chat)).toContain('Deployment run');
  });

  test('reports a build that fails, and builds again when asked to', () => {
    const { cluster, chat } = built();
    cluster.end(chat, 'build', { exitCode: 1, message: 'no Dockerfile' });
    cluster.settle();
    expect(cluster.ready(chat)).toMatchObject({ reason: 'BuildFailed', message: expect.stringContaining('no Dockerfile') });
    expect(cluster.condition(chat, 'Built')?.status).toBe('False');
    cluster.change(chat, { annotations: { 'substratus.ai/retry': '1' } });
    cluster.settle();
    expect(cluster.ready(chat).reason).toBe('Building');
  });

  test('serves the old image until another ref is built', () => {
    const { cluster, chat } = built();
    cluster.end(chat, 'build');
    cluster.settle();
    cluster.rollOut(chat);
    const before = cluster.child(chat, 'Deployment').applied?.template;
    cluster.change(chat, { spec: { build: { git: { ...build.git, branch: undefined, tag: 'v2' } } } });
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).toBe(before);
    expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Building' });
    cluster.end(chat, 'build');
    cluster.settle();
    expect(cluster.child(chat, 'Deployment').applied?.template).not.toBe(before);
  });
});
