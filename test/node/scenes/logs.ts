/** `substratus logs`, of real containers. */
import { EXIT } from '../../../src/cli/errors';
import { substratusOn } from '../../cluster/cli/world';
import { scripted } from '../stage';
import type { NodeStage } from '../stage';

export function logs(stage: NodeStage): void {
  const run = (namespace: string, ...args: string[]) => substratusOn(stage.cluster, ['logs', ...args, '-n', namespace]);

  const failed = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'broken-a1b2c3d4' }, { script: 'echo epoch 1; echo no such file; exit 3', retries: 0 });
    await stage.apply(model);
    await stage.reason(model, 'RunFailed');
    return {
      last: await run(namespace, 'model/broken'), check: await run(namespace, 'model/broken', '--step', 'check'),
      json: await run(namespace, 'model/broken', '--tail', '1', '-o', 'json'), none: await run(namespace, 'model/broken', '--step', 'publish'),
    };
  });

  test('logs are those of the step that failed, or that is named', async () => {
    const { last, check, json, none } = await failed();
    expect(last).toEqual({ exitCode: EXIT.ok, stdout: 'epoch 1\nno such file\n', stderr: '' });
    expect(check.stdout).toContain('not yet published: ');
    expect(JSON.parse(json.stdout)).toEqual({ pod: expect.stringMatching(/^broken-a1b2c3d4-/), container: 'model', line: 'no such file' });
    expect([none.exitCode, none.stderr]).toEqual([EXIT.notFound, expect.stringContaining('broken-a1b2c3d4 has no pods of step publish whose output could be read; it is RunFailed: ')]);
  });

  const followed = stage.scene(async () => {
    const namespace = await stage.namespace();
    const script = 'for i in 1 2 3; do echo epoch $i; sleep 1; done; echo x > /content/artifacts/model.txt';
    await stage.apply(scripted('Model', { namespace, name: 'whole' }, { script }));
    return run(namespace, 'model/whole', '--follow');
  });

  test('logs --follow goes on from step to step, until the artifact is published', async () => {
    const { stdout, stderr, exitCode } = await followed();
    expect([stderr, exitCode]).toEqual(['', EXIT.ok]);
    expect(stdout).toMatch(/epoch 1\n.*epoch 2\n.*epoch 3\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/published |^\[whole-/);
  });
}
