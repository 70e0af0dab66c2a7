/**
 * What simulated kubelets had hidden: each scene is a fault that a real node showed once. The Job controller waits as long between attempts
 * as it does with users.
 */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Model, Platform, Preview, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { until } from '../cluster/until';
import { PROGRAMS, PROGRAMS_OF_A_USER } from './images/programs';
import { code } from './scenes/code';
import { namespaces } from './scenes/namespaces';
import { pulls } from './scenes/pulls';
import { ARTIFACTS, describeOnNodeStage, scripted } from './stage';

const WEIGHTS = 'echo weights > /content/artifacts/model.txt';

describeOnNodeStage('what a real node showed', (stage) => {
  const messageOf = async (resource: Parameters<typeof stage.get>[0]): Promise<string> => {
    const { status } = await stage.get(resource);
    return status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
  };

  const sharedMemory = stage.scene(async () => {
    const namespace = await stage.namespace();
    const script = 'df -k /dev/shm | tail -n 1 | awk \'{ print "size " $2 }\' > /content/artifacts/model.txt';
    const model = scripted('Model', { namespace, name: 'shm' }, { script });
    await stage.apply(model);
    await stage.ready(model);
    return stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/files/model.txt`);
  });

  test('R2: without a GPU /dev/shm has room for engines, 1 GiB', async () => {
    expect(await sharedMemory()).toBe(`size ${1024 ** 2}\n`);
  });

  const deleted = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'gone' }, { script: WEIGHTS, deletionPolicy: 'Delete' });
    await stage.apply(model);
    await stage.ready(model);
    const listed = () => stage.cluster.onNode('sh', '-c', `ls ${ARTIFACTS}/${namespace}/models`);
    const before = await listed();
    await stage.cluster.kubectl('delete', 'model', 'gone', '--namespace', namespace, '--timeout=60s');
    return [before.trim().split('\n').length, await listed()];
  });

  test('R3: deletionPolicy Delete deletes in a directory of the node', async () => {
    expect(await deleted()).toEqual([1, '']);
  });

  /** Under `restricted` nobody is root, so that the directory has to be writable for all. */
  const restricted = async (name: string, runAsUser?: number) => {
    const namespace = await stage.namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await stage.cluster.onNode('sh', '-c', `mkdir -p ${ARTIFACTS}/${namespace} && chmod 777 ${ARTIFACTS}/${namespace}`);
    const model = scripted('Model', { namespace, name }, {
      script: `umask 077; ${WEIGHTS}`, podSecurity: 'restricted', image: runAsUser === undefined ? PROGRAMS_OF_A_USER.name : PROGRAMS.name,
      ...(runAsUser !== undefined && { pod: { securityContext: { runAsUser } } }),
    });
    await stage.apply(model);
    return model;
  };

  const ofItsUser = stage.scene(async () => stage.ready(await restricted('closed', 1000)));

  test('R4: under restricted, publish reads what the program wrote for itself alone', async () => {
    expect((await ofItsUser()).status).toMatchObject({ ready: true });
  });

  const ofAnotherUser = stage.scene(async () => {
    const model = await restricted('unreadable');
    await stage.reason(model, 'PublishFailed');
    return messageOf(model);
  });

  test('R4: where the user of the program is not known, the message names the file and the remedy', async () => {
    expect(await ofAnotherUser()).toContain('/content/artifacts/model.txt cannot be read by the step publish; '
      + 'let the program write it readable for all, or set pod.securityContext.runAsUser to its user');
  });

  const empty = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'empty' }, { script: 'true' });
    await stage.apply(model);
    await stage.reason(model, 'PublishFailed');
    const jobs = await stage.client.list<Job>({ apiVersion: 'batch/v1', kind: 'Job', namespace });
    return { message: await messageOf(model), failed: jobs.find(({ metadata }) => metadata?.labels?.role === 'publish')?.status?.failed };
  });

  test('R5: what cannot be published fails at the first attempt', async () => {
    const { message, failed } = await empty();
    expect(message).toContain('nothing to publish: the program wrote no file to /content/artifacts');
    expect(failed).toBe(1);
  });

  const link = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'link' }, { script: 'ln -s /etc/passwd /content/artifacts/model.txt' });
    await stage.apply(model);
    await stage.reason(model, 'PublishFailed');
    return messageOf(model);
  });

  test('R5: a link out of the result too', async () => {
    expect(await link()).toContain('/content/artifacts/model.txt leads out of /content/artifacts; copy what it leads to, or leave it out');
  });

  const secondAttempt = stage.scene(async () => {
    const namespace = await stage.namespace();
    const once = 'test -e /content/artifacts/checkpoints/1 || { mkdir /content/artifacts/checkpoints; touch /content/artifacts/checkpoints/1; echo "no data" >&2; exit 7; }';
    const model = scripted('Model', { namespace, name: 'twice' }, { script: `${once}; ${WEIGHTS}; sleep 5` });
    await stage.apply(model);
    const message = await stage.until('the second attempt comes', async () => /attempt 2 of 3.*/.exec(await messageOf(model))?.[0]);
    const started = await stage.until('the second attempt runs', async () => {
      const said = await messageOf(model);
      return /attempt 2 of 3/.test(said) && !/comes/.test(said) && said;
    });
    const pods = (await stage.pods(model) as Pod[]).filter(({ metadata }) => metadata?.labels?.role === 'run');
    await stage.ready(model);
    const times = pods.map(({ metadata }) => Date.parse(metadata?.creationTimestamp ?? '')).sort();
    return { message, started, seconds: ((times[1] ?? 0) - (times[0] ?? 0)) / 1000 };
  });

  test('R5: the next attempt comes after the back-off of a real Job controller, and the status says when', async () => {
    const { message, seconds } = await secondAttempt();
    expect(message).toMatch(/attempt 2 of 3 comes at about \S+Z; the last one failed: .*exited with 7.*no data/);
    expect(seconds).toBeGreaterThanOrEqual(10);
  });

  test('R9: while an attempt runs, the status says which, and why the last one failed', async () => {
    expect((await secondAttempt()).started).toMatch(/running; attempt 2 of 3; the last one failed: .*exited with 7.*no data/);
  });

  const killed = stage.scene(async () => {
    const namespace = await stage.namespace();
    const script = `cd /content/artifacts; mkdir -p checkpoints; step=$(cat checkpoints/step 2>/dev/null || echo 0)
      echo "from $step" >> checkpoints/log
      while [ $step -lt 30 ]; do step=$((step + 1)); echo $step > checkpoints/step; sleep 0.3; done # of ${namespace}
      cp checkpoints/log model.txt`;
    const model = scripted('Model', { namespace, name: 'killed' }, { script });
    await stage.apply(model);
    await stage.until('it has a checkpoint', () => stage.cluster.onNode('pgrep', '-f', `while.*of ${namespace}`).catch(() => ''));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await stage.cluster.onNode('pkill', '-9', '-f', `while.*of ${namespace}`);
    await stage.ready(model);
    return stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/files/model.txt`);
  });

  test('a program that is killed goes on from its checkpoint', async () => {
    expect(await killed()).toMatch(/^from 0\nfrom [1-9]\d*\n$/);
  });

  const traceback = stage.scene(async () => {
    const namespace = await stage.namespace();
    const progress = 'for i in 1 2 3 4 5 6 7 8 9; do printf "\\rstep $i of 900 [#####################################>                 ]"; done';
    const trace = 'printf "\\nTraceback (most recent call last):\\n  File \\"train.py\\", line 3, in <module>\\n    main()\\nValueError: rank is 0\\n" >&2; exit 1';
    const model = scripted('Model', { namespace, name: 'trace' }, { script: `${progress}; ${trace}`, retries: 0 });
    await stage.apply(model);
    await stage.reason(model, 'RunFailed');
    return messageOf(model);
  });

  test('R7: the last words of a program are its exception, without what a progress bar has overwritten', async () => {
    const message = await traceback();
    expect(message).toContain('ValueError: rank is 0');
    expect(message).not.toContain('step 1 of');
  });

  const outOfMemory = stage.scene(async () => {
    const namespace = await stage.namespace();
    await stage.client.create({
      apiVersion: 'v1', kind: 'LimitRange', metadata: { namespace, name: 'limits' },
      spec: { limits: [{ type: 'Container', default: { memory: '200Mi' }, max: { memory: '256Mi' } }] },
    } as object);
    const model = scripted('Model', { namespace, name: 'oom' }, { script: 'head -c 400000000 /dev/zero | tail > /content/artifacts/model.txt', retries: 0 });
    await stage.apply(model);
    await stage.reason(model, 'RunFailed');
    return messageOf(model);
  });

  test('R8: out of memory under a LimitRange, the message says whose limit it is', async () => {
    expect(await outOfMemory()).toMatch(/container model was out of memory.*200Mi.*LimitRange.*resources\.limits/);
  });

  const interrupted = stage.scene(async () => {
    const app = new App();
    const namespace = 'ejected';
    const platform = Platform.local({ clusterName: 'laptop' });
    platform.addWorkspace(namespace);
    const team = new Workspace(app, namespace, { platform });
    new Model(team, 'slow', { image: PROGRAMS.name, command: ['sh', '-c', `sleep 5; ${WEIGHTS}`], resources: { cpu: 0.02 } });
    const directory = path.join(path.dirname(stage.cluster.kubeconfig), 'ejected');
    fs.mkdirSync(directory);
    Preview.of(app).eject(directory);
    const run = () => spawn('sh', [path.join(directory, 'apply.sh')], { env: { ...process.env, KUBECTL: stage.cluster.kubectlCommand.join(' ') } });
    const first = run();
    const said = { first: '', second: '' };
    first.stdout.on('data', (text: Buffer) => { said.first += text.toString(); });
    const claims = () => stage.cluster.kubectl('get', 'pvc', '--namespace', namespace, '--selector=role=staging', '--output=name');
    await stage.until('the staging volume is there', () => claims().catch(() => ''));
    first.kill('SIGTERM');
    await new Promise((resolve) => first.on('close', resolve));
    const second = run();
    for (const stream of [second.stdout, second.stderr]) stream.on('data', (text: Buffer) => { said.second += text.toString(); });
    const status = await new Promise((resolve) => second.on('close', resolve));
    return { said, status, left: await claims() };
  });

  test('R14: an apply.sh that is interrupted names the volumes that it leaves, and the next run takes them up', async () => {
    const { said, status, left } = await interrupted();
    expect(said.first).toMatch(/Volume ejected\/slow\S* stays; the next run goes on with it/);
    expect({ status, left, said: said.second }).toEqual({ status: 0, left: '', said: expect.stringContaining('Done') as string });
  });

  describe('images', () => pulls(stage));
  describe('a namespace that goes', () => namespaces(stage));
  describe('code from a folder', () => code(stage));

  test('R15: the log of the reconciler does not say over and over that a watch was silent', async () => {
    await until('all scenes are over', async () => { await Promise.allSettled([interrupted(), secondAttempt(), killed()]); return true; });
    const log = await stage.cluster.kubectl('logs', '--namespace=substratus', 'deployment/substratus-reconciler', '--all-pods');
    const silent = log.split('\n').filter((line) => line.includes('silent')).map((line) => line.replace(/"time":"[^"]*"/, ''));
    expect(silent).toEqual([...new Set(silent)]);
  });
}, { images: [PROGRAMS_OF_A_USER] });
