/** A workspace whose artifacts are mounted from a volume that is bound by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformSpec } from '../../../../src/api/platform';
import { expandWorkspace } from '../../../../src/expand';
import type { KubeObject } from '../../../../src/expand';
import { model, PLATFORM, server } from '../stage';
import type { Stage } from '../stage';

const STORES = { gcp: 'gs://acme', aws: 's3://acme', azure: 'az://acme', local: 'file:///var/artifacts' };

const OTHERS = { gcp: 'gs://weights/llama', aws: 's3://weights/llama', azure: 'az://weights/models/llama', local: 'file:///var/weights' };

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

  test('are bound again in a namespace that was deleted and made again', async () => {
    const { before, after } = await madeAnew();
    expect(before).toMatchObject({ status: { phase: 'Bound' } });
    expect(after).toMatchObject({ status: { phase: 'Bound' } });
    expect(after).not.toMatchObject({ metadata: { uid: (before as { metadata: { uid: string } }).metadata.uid } });
  });

  const appliedTwice = stage.scene(async () => {
    const outputs: Record<string, string[]> = {};
    for (const [cloud, url] of Object.entries(STORES)) {
      const namespace = await stage.namespace();
      const readableBuckets = [{ url: OTHERS[cloud as keyof typeof OTHERS] }];
      const workspaces = [{ namespace, builds: true, serversOpenTo: ['gateway'], readableBuckets }];
      const platform: PlatformSpec = { cloud, clusterName: cloud, artifacts: { url }, registry: { url: 'registry.acme:5000/ml' }, workspaces };
      const objects = expandWorkspace(platform, namespace);
      await kubectlApply(stage, objects);
      outputs[cloud] = (await kubectlApply(stage, objects)).trim().split('\n');
    }
    return outputs;
  });

  test('R13: what kubectl applies a second time is unchanged, on each cloud, NetworkPolicies among it', async () => {
    for (const [cloud, lines] of Object.entries(await appliedTwice())) {
      expect([cloud, lines.filter((line) => !line.endsWith(' unchanged'))]).toEqual([cloud, []]);
      expect(lines.filter((line) => line.startsWith('networkpolicy'))).toHaveLength(7);
    }
  });

  test('R13: the claim is of no class, and bound by name', async () => {
    const { before } = await madeAnew();
    expect(before).toMatchObject({ spec: { storageClassName: '', volumeName: expect.stringMatching(/-artifacts$/) as string } });
  });
}

async function kubectlApply(stage: Stage, items: readonly KubeObject[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-'));
  try {
    const file = join(folder, 'workspace.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return await stage.cluster.kubectl('apply', '-f', file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
