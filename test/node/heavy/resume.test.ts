/** Training that is killed, or has to leave its node, goes on from its checkpoint and ends as if nothing had been. */
import { Dataset, DatasetShape, Loader, Model, Trainer } from 'cdk-substratus';
import type { Workspace } from 'cdk-substratus';
import { until } from '../../cluster/until';
import { RUNTIME_IMAGES } from '../images/runtimes';
import { describeOnHeavyNode } from './describe';
import { ONE_THREAD, SMALL, Team, TEAM } from './team';

jest.setTimeout(900_000);

const SECONDS = 600;
const CHECKPOINT = 4;
const TRAINING = 'model';
/** Each is a Model of its own by a param that has no effect without rows to evaluate on. */
const EVAL_STEPS = { calm: 1, killed: 2, drained: 3 };

type Name = keyof typeof EVAL_STEPS;

function declare(team: Workspace): void {
  const base = new Model(team, 'base', { loader: Loader.huggingFace('acme/tiny-llama'), resources: SMALL });
  const dataset = new Dataset(team, 'colours', {
    loader: Loader.huggingFace('acme/colours'), shape: DatasetShape.messages({ template: 'alpaca' }), resources: SMALL,
  });
  for (const [name, evalSteps] of Object.entries(EVAL_STEPS)) {
    const trainer = Trainer.sft({
      epochs: 2, learningRate: 0.002, batchSize: 4, gradientAccumulation: 1, loraDropout: 0.1,
      checkpointSteps: CHECKPOINT, loggingSteps: 1, evalSteps,
    });
    base.finetune(name, { dataset, trainer, runtimeEnv: ONE_THREAD, resources: SMALL });
  }
}

describeOnHeavyNode('training that is interrupted', RUNTIME_IMAGES, (cluster) => {
  let team: Team;
  const began: Partial<Record<Name, number>> = {};

  const run = async (name: Name) => (await team.pods({ model: (await team.model(name)).metadata.name, role: 'run' }))
    .filter(({ status }) => status?.phase === 'Running').at(-1)?.metadata;
  const inside = async (name: Name, ...command: string[]) => cluster()
    .kubectl('exec', '--namespace', TEAM, (await run(name))?.name ?? '', '--container', TRAINING, '--', ...command).catch(() => '');
  const untilCheckpoint = (name: Name) => until(`${name} has a checkpoint`,
    () => inside(name, 'sh', '-c', 'ls /content/artifacts/checkpoints/checkpoint-*/trainer_state.json'), { seconds: SECONDS, everyMs: 100 });

  /** The first step of the run that came after another. */
  const untilNext = async (name: Name, before: string | undefined) => {
    began[name] = await until(`${name} goes on`, async () => {
      const metadata = await run(name).catch(() => undefined);
      if (!metadata?.name || metadata.name === before) return 0;
      const said = await cluster().kubectl('logs', '--namespace', TEAM, metadata.name, '--container', TRAINING).catch(() => '');
      return Number(/"step": (\d+)/.exec(said)?.[1] ?? 0);
    }, { seconds: SECONDS, everyMs: 200 });
  };

  const kill = async () => {
    await untilCheckpoint('killed');
    const { name, uid } = await run('killed') ?? {};
    const isIts = `grep -q 'pod${uid}' $process/cgroup && tr '\\0' ' ' < $process/cmdline | grep -q '/train.py '`;
    await cluster().onNode('sh', '-c', `for process in /proc/[0-9]*; do if ${isIts}; then kill -9 \${process#/proc/}; fi; done`);
    await untilNext('killed', name);
  };

  const drain = async () => {
    await untilCheckpoint('drained');
    const name = (await run('drained'))?.name;
    const selector = `--pod-selector=role=run,model=${(await team.model('drained')).metadata.name}`;
    await cluster().kubectl('drain', 'node-1', selector, '--delete-emptydir-data', `--timeout=${SECONDS}s`);
    await cluster().kubectl('uncordon', 'node-1');
    await untilNext('drained', name);
  };

  beforeAll(async () => {
    team = await Team.open(cluster());
    await team.apply(declare);
    await Promise.all([kill(), drain()]);
    await team.untilReady('models', '--all');
    await team.journal.stop();
    await team.journal.write('resume');
  });

  const resultOf = async (name: Name) => {
    const metrics = (await team.published(name, 'metrics.jsonl')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, number>);
    const [weights = ''] = (await team.published(name, 'model.safetensors', 'sha256sum')).split(' ');
    return { losses: metrics.map(({ step, loss }) => [step, loss]), weights };
  };

  test('killed, it goes on from its checkpoint, and makes the same model', async () => {
    expect(began.killed).toBeGreaterThan(CHECKPOINT);
    expect(await resultOf('killed')).toEqual(await resultOf('calm'));
  });

  test('and its status says which attempt it is, and why the last one failed', () => {
    expect(team.journal.saidOf('killed').some((text) => /attempt 2 of \d; the last one failed: .*137/.test(text))).toBe(true);
  });

  test('drained, it writes a checkpoint where it is, and makes the same model', async () => {
    expect(began.drained).toBeGreaterThan(CHECKPOINT);
    expect(await resultOf('drained')).toEqual(await resultOf('calm'));
  });

  test('and that does not count as a failure', () => {
    expect(team.journal.saidOf('drained').filter((text) => text.includes('failed'))).toEqual([]);
  });
});
