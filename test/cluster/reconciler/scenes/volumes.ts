/** A workspace whose artifacts are mounted from a volume that is bound by name. */
import type { PlatformSpec } from '../../../../src/api/platform';
import { model, PLATFORM, server } from '../stage';
import type { Stage } from '../stage';

const FILES: PlatformSpec = { ...PLATFORM, artifacts: { url: 'file:///var/artifacts' } };

export function volumes(stage: Stage): void {
  const madeAnew = stage.scene(async () => {
    const namespace = await stage.namespace();
    const program = await stage.reconcilerFor(namespace, { platform: FILES });
    const chat = server(namespace, 'chat');
    const serve = async () => {
      await stage.published(model(namespace, 'opt'));
      await stage.apply(chat);
      await stage.ready(chat);
      return stage.client.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'artifacts' });
    };
    const before = await serve();
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    await stage.client.delete(reference);
    await stage.until('the namespace has gone', async () => await stage.client.find(reference) === undefined);
    await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const after = await serve();
    await program.stop();
    return { before, after };
  });

  test('are bound again in a namespace that was deleted and made anew', async () => {
    const { before, after } = await madeAnew();
    expect(before).toMatchObject({ status: { phase: 'Bound' } });
    expect(after).toMatchObject({ status: { phase: 'Bound' } });
    expect(after).not.toMatchObject({ metadata: { uid: (before as { metadata: { uid: string } }).metadata.uid } });
  });
}
