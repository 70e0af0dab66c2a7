/** The commands that show and change resources, with the real reconciler. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { patchResource } from '../../../src/cli/cluster/one';
import { EXIT } from '../../../src/cli/errors';
import { Kubectl } from '../../../src/cli/kubectl';
import type { Row } from '../../../src/cli/status/row';
import { describeOnStage, model, notebook, resourceOf, server } from '../reconciler/stage';
import type { Stage } from '../reconciler/stage';
import { until } from '../until';
import { environment, substratusOn } from './world';

const LONG = 'the quick brown fox jumps over the lazy dog, and does so again and again, until it is out of memory and has to be given some more';

/** A Dataset that fails, a Model that waits for it, a Server that is suspended. */
async function story(stage: Stage): Promise<string> {
  const namespace = await stage.namespace();
  stage.cluster.kubelet.cue({ namespace, container: 'load' }, { outcome: 'fail', exitCode: 3, message: LONG });
  const [data, tuned] = [resourceOf('Dataset', { namespace, name: 'chats-k3m1x7ab' }, { image: 'example.com/load:1', retries: 0 }),
    model(namespace, 'tuned-a1b2c3d4', { dataset: { name: 'chats-k3m1x7ab' } })];
  const chat = server(namespace, 'chat', { model: { name: 'tuned-a1b2c3d4' }, suspend: true });
  for (const each of [chat, tuned, data]) await stage.apply(each);
  await stage.reason(data, 'RunFailed');
  await stage.reason(tuned, 'DatasetNotReady');
  await stage.reason(chat, 'Suspended');
  return namespace;
}

describeOnStage('the command line', (stage) => {
  const told = stage.scene(() => story(stage));

  test('status says what is Ready and why not, who waits for whom, in 80 columns', async () => {
    const namespace = await told();
    const { stdout, stderr, exitCode } = await substratusOn(stage.cluster, ['status', '-n', namespace]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: EXIT.ok });
    const lines = stdout.replace(/\d+s$/gm, '1s').split('\n');
    expect(lines.slice(0, 3)).toEqual([
      `${namespace}:`,
      '  ✗ Dataset  chats-k3m1x7ab  RunFailed        1s',
      '    run failed: container load exited with 3: the quick brown fox jumps over the',
    ]);
    expect(lines.slice(-5)).toEqual([
      '  · Model    tuned-a1b2c3d4  DatasetNotReady  1s',
      '    waits for Dataset chats-k3m1x7ab',
      '  ‖ Server   chat            Suspended        1s',
      '    suspended: nothing runs; set spec.suspend to false to go on',
      '',
    ]);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('status of one tells all of it, by a name without the digest', async () => {
    const namespace = await told();
    const { stdout } = await substratusOn(stage.cluster, ['status', 'models/tuned', '-n', namespace]);
    expect(stdout).toContain(`Model ${namespace}/tuned-a1b2c3d4\nstate      · DatasetNotReady, not Ready\n`);
    expect(stdout).toContain('\nwaits for  Dataset chats-k3m1x7ab\nneeded by  Server chat\n');
  });

  test('status is JSON as well', async () => {
    const namespace = await told();
    const rows = JSON.parse((await substratusOn(stage.cluster, ['status', '-n', namespace, '-o', 'json'])).stdout) as Row[];
    expect(rows.map(({ kind, name, state, reason, waitsFor }) => ({ kind, name, state, reason, waitsFor }))).toEqual([
      { kind: 'Dataset', name: 'chats-k3m1x7ab', state: 'stalled', reason: 'RunFailed', waitsFor: [] },
      { kind: 'Model', name: 'tuned-a1b2c3d4', state: 'waiting', reason: 'DatasetNotReady', waitsFor: ['Dataset chats-k3m1x7ab'] },
      { kind: 'Server', name: 'chat', state: 'suspended', reason: 'Suspended', waitsFor: ['Model tuned-a1b2c3d4'] },
    ]);
  });

  const watched = stage.scene(async () => {
    const namespace = await stage.namespace();
    const stopping = new AbortController();
    const running = substratusOn(stage.cluster, ['status', '-w', '-n', namespace], { signal: stopping.signal });
    await sleep(3000);
    await stage.published(model(namespace, 'opt'));
    await sleep(2000);
    await stage.client.delete({ apiVersion: 'substratus.ai/v1', kind: 'Model', namespace, name: 'opt' });
    await sleep(3000);
    stopping.abort();
    return { namespace, ran: await running };
  });

  test('status -w tells each change, and ends by Ctrl-C', async () => {
    const { namespace, ran: { stdout, stderr, exitCode } } = await watched();
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: EXIT.interrupted });
    expect(stdout).toMatch(new RegExp(`^Model ${namespace}/opt  Ready  Published  .*`, 'm'));
    expect(stdout.trimEnd()).toMatch(new RegExp(`Model ${namespace}/opt  deleted$`));
  });

  test('events are those of resources and of what runs for them', async () => {
    const namespace = await told();
    const ran = await until('the Event is written', async () => {
      const { stdout } = await substratusOn(stage.cluster, ['events', 'dataset/chats', '-n', namespace]);
      return /RunFailed/.test(stdout) && stdout;
    });
    expect(ran).toMatch(/ {2}RunFailed {2,}dataset\/chats-k3m1x7ab\n {4}run failed: container load exited with 3/);
    expect(ran).toMatch(/SuccessfulCreate .*dataset\/chats-k3m1x7ab .*Job\/chats-k3m1x7ab/);
    expect(ran).not.toContain('model/tuned');
  });

  const retried = stage.scene(async () => {
    const namespace = await stage.namespace();
    const opt = model(namespace, 'opt', { retries: 0 });
    stage.cluster.kubelet.cue({ namespace, container: 'model', times: 1 }, { outcome: 'fail', exitCode: 1, message: 'no luck' });
    await stage.apply(opt);
    await stage.reason(opt, 'RunFailed');
    const first = await substratusOn(stage.cluster, ['retry', 'model/opt', '-n', namespace]);
    await stage.ready(opt);
    return { namespace, first, again: await substratusOn(stage.cluster, ['retry', 'model/opt', '-n', namespace]) };
  });

  test('retry repeats a step that failed, and nothing else', async () => {
    const { namespace, first, again } = await retried();
    expect(first).toEqual({ exitCode: EXIT.ok, stderr: '', stdout: `Model ${namespace}/opt: the step that failed is repeated (it was RunFailed)\n` });
    expect(again.exitCode).toBe(EXIT.usage);
    expect(again.stderr).toMatch(new RegExp(`^error: Model ${namespace}/opt: no step of it has failed, so that nothing can be repeated; it is Published: `));
  });

  const suspended = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    await stage.ready(lab);
    const first = await substratusOn(stage.cluster, ['suspend', 'notebook/lab', '-n', namespace]);
    await stage.reason(lab, 'Suspended');
    const again = await substratusOn(stage.cluster, ['suspend', 'notebook/lab', '-n', namespace, '-o', 'json']);
    const resumed = await substratusOn(stage.cluster, ['resume', 'notebooks/lab', '-n', namespace]);
    const { spec } = await stage.ready(lab);
    return { namespace, first, again, resumed, spec };
  });

  test('suspend and resume', async () => {
    const { namespace, first, again, resumed, spec } = await suspended();
    expect(first.stdout).toBe(`Notebook ${namespace}/lab: nothing of it runs until substratus resume notebook/lab\n`);
    expect(JSON.parse(again.stdout)).toEqual({ kind: 'Notebook', namespace, name: 'lab', isChanged: false, message: `Notebook ${namespace}/lab is suspended already` });
    expect(resumed.stdout).toBe(`Notebook ${namespace}/lab: goes on\n`);
    expect(spec).not.toHaveProperty('suspend');
  });

  describe('fails', () => {
    test('for a name that does not exist, and suggests the nearest', async () => {
      const namespace = await told();
      const ran = await substratusOn(stage.cluster, ['status', 'server/chta', '-n', namespace]);
      expect(ran).toEqual({ exitCode: EXIT.notFound, stdout: '', stderr: `error: Server chta does not exist in namespace ${namespace}; did you mean chat?\n` });
    });

    test('for a kind that is unknown', async () => {
      const ran = await substratusOn(stage.cluster, ['suspend', 'modle/x']);
      expect(ran).toEqual({ exitCode: EXIT.usage, stdout: '', stderr: 'error: kind modle is unknown; did you mean model?\n' });
    });

    test('without rights, and names the verb and the resource', async () => {
      const namespace = await stage.namespace();
      const account = { namespace, name: 'default' };
      await stage.until('its ServiceAccount is there', () => stage.find({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }));
      const kubeconfig = await stage.cluster.kubeconfigOf(account);
      const ran = await substratusOn(stage.cluster, ['status', '-n', namespace], { kubeconfig });
      expect(ran).toEqual({
        exitCode: EXIT.cluster, stdout: '',
        stderr: `error: system:serviceaccount:${namespace}:default may not list datasets.substratus.ai in the namespace ${namespace}; `
          + 'ask for a Role with that verb and resource, or use another --context or --namespace\n',
      });
    });

    test('without a kubeconfig', async () => {
      const ran = await substratusOn(stage.cluster, ['status'], { kubeconfig: '/nowhere/config' });
      expect(ran).toEqual({
        exitCode: EXIT.cluster, stdout: '',
        stderr: 'error: there is no kubeconfig, or it has no current context; set KUBECONFIG or --kubeconfig, or let your cloud write one, for example: '
          + 'gcloud container clusters get-credentials <cluster>, aws eks update-kubeconfig --name <cluster>, az aks get-credentials --name <cluster>\n',
      });
    });

    test('where the cluster does not answer', async () => {
      const config = JSON.parse(fs.readFileSync(stage.cluster.kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
      for (const { cluster } of config.clusters) cluster.server = 'https://127.0.0.1:1';
      const kubeconfig = stage.cluster.write('nobody', JSON.stringify(config));
      const { exitCode, stderr } = await substratusOn(stage.cluster, ['status', '-n', 'x'], { kubeconfig });
      expect(exitCode).toBe(EXIT.cluster);
      expect(stderr).toBe('error: the cluster does not answer: connection to the server 127.0.0.1:1 was refused; see kubectl cluster-info, and whether a VPN or a proxy is needed\n');
    });

    test('to change an object that was created again meanwhile', async () => {
      const namespace = await stage.namespace();
      await stage.apply(model(namespace, 'opt', { suspend: true }));
      const kubectl = new Kubectl({}, { env: environment(stage.cluster), cwd: '/', signal: new AbortController().signal });
      const stale = { ...await stage.get(model(namespace, 'opt')), metadata: { name: 'opt', namespace, uid: '00000000-0000-0000-0000-000000000000' } };
      await expect(patchResource(kubectl, stale as never, { spec: { suspend: false } })).rejects.toThrow('it was deleted and created again meanwhile; look at its status, and ask again');
      expect((await stage.get(model(namespace, 'opt'))).spec).toMatchObject({ suspend: true });
    });

    test('where the app was synthesized for another cluster, unless that is meant', async () => {
      const cwd = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'app-'));
      const platform = (clusterName: string) => JSON.stringify({ cloud: 'local', clusterName, artifacts: { url: 'file:///tmp' } });
      const configMap = (clusterName: string) => ({
        apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform', namespace: 'substratus' }, data: { 'platform.json': platform(clusterName) },
      });
      await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'substratus' } });
      await stage.client.create(configMap('production'));
      fs.mkdirSync(path.join(cwd, 'dist'));
      fs.writeFileSync(path.join(cwd, 'dist/0000-system.k8s.yaml'), JSON.stringify(configMap('staging'), undefined, 1).replace('"name": "substratus-platform"', 'name: substratus-platform'));
      expect(await substratusOn(stage.cluster, ['status'], { cwd })).toEqual({
        exitCode: EXIT.cluster, stdout: '',
        stderr: 'error: the kubeconfig leads to cluster production, and the app in this folder was synthesized for staging; choose with --context, or add --any-cluster\n',
      });
      expect((await substratusOn(stage.cluster, ['status', '--any-cluster'], { cwd })).exitCode).toBe(EXIT.ok);
    });
  });
});

describeOnStage('a cluster without a reconciler', (stage) => {
  const interrupted = stage.scene(async () => {
    const namespace = await stage.namespace();
    const stopping = new AbortController();
    const running = substratusOn(stage.cluster, ['status', '-w', '-n', namespace, '-o', 'json'], { signal: stopping.signal });
    await stage.apply(model(namespace, 'before'));
    await sleep(3000);
    await stage.cluster.restartApiServer({ downMs: 1000 });
    await stage.until('it answers', () => stage.apply(model(namespace, 'after')).catch(() => undefined));
    await sleep(5000);
    stopping.abort();
    return running;
  });

  test('status -w goes on when the API server has gone and come back', async () => {
    const { stdout, stderr } = await interrupted();
    expect(stderr).toBe('');
    const rows = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Row);
    expect(rows.map(({ name, state }) => [name, state])).toEqual([['before', 'unseen'], ['after', 'unseen']]);
  });

  test('and without the definitions is told from one that has nothing', async () => {
    await interrupted();
    await stage.cluster.kubectl('delete', 'crd', 'models.substratus.ai', 'datasets.substratus.ai', 'servers.substratus.ai', 'notebooks.substratus.ai');
    const ran = await substratusOn(stage.cluster, ['status']);
    expect(ran).toEqual({
      exitCode: EXIT.cluster, stdout: '',
      stderr: 'error: the cluster does not know datasets: the CRDs are not installed; apply the manifests of a Reconciler first, and see substratus doctor\n',
    });
  });
}, { isEmpty: true });
