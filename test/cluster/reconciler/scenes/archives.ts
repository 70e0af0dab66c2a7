/** Code from a folder, before an API server that keeps ConfigMaps and has the rules of the kinds. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Resource } from '../../../../src/api/resource';
import { Code } from '../../../../src/constructs/kinds/code';
import type { KubeObject } from '../../client';
import { model, resourceOf } from '../stage';
import type { Stage } from '../stage';

/** A folder of text that packs by a sixth alone. */
function folderOf(kibibytes: number): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
  let state = 1;
  const noise = Array.from({ length: kibibytes * 1024 }, () => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(33 + (state % 90));
  });
  fs.writeFileSync(path.join(root, 'words.txt'), noise.join(''));
  return root;
}

export function archives(stage: Stage): void {
  const played = stage.scene(async () => {
    const namespace = await stage.namespace();
    const code = Code.directory(folderOf(1024), { serverSideApply: true });
    const configMap = { ...code._archive.configMap(), metadata: { ...code._archive.configMap().metadata, namespace } } as KubeObject;
    const spec = { code: code._spec };
    const opt = model(namespace, 'opt', spec);
    const lab = resourceOf('Notebook', { namespace, name: 'lab' }, { image: 'acme/lab:1', ...spec });
    for (const resource of [opt, lab]) await stage.apply(resource);
    const waiting = await Promise.all([opt, lab].map((each) => stage.reason(each, 'ArchiveNotFound')));
    await stage.client.apply(configMap);
    for (const resource of [opt, lab]) await stage.ready(resource);
    const other = resourceOf('Notebook', { namespace, name: 'other' }, {
      image: 'acme/lab:1', code: { ...code._spec, digest: `sha256:${'0'.repeat(64)}` },
    });
    await stage.apply(other);
    const mismatch = await stage.reason(other, 'ArchiveMismatch');
    const changed = await stage.apply({ ...opt, spec: { ...opt.spec, code: { ...code._spec, digest: `sha256:${'0'.repeat(64)}` } } } as Resource)
      .catch((error: Error) => error.message);
    return { namespace, code, waiting, mismatch, changed };
  });

  const applied = stage.scene(async () => {
    const namespace = await stage.namespace();
    const { _archive: largest } = Code.directory(folderOf(226));
    const file = stage.cluster.write('largest.json', JSON.stringify({ ...largest.configMap(), metadata: { ...largest.configMap().metadata, namespace } }));
    return stage.cluster.kubectl('apply', '--server-side=false', '-f', file);
  });

  test('kubectl apply takes the largest archive that is packed for it', async () => {
    expect(() => Code.directory(folderOf(228))).toThrow(/packs to 190 KiB/);
    expect(await applied()).toMatch(/^configmap\/code-[0-9a-f]{16} created\n$/);
  });

  test('what needs an archive says which one is missing, and goes on when it comes', async () => {
    const { waiting, namespace, code } = await played();
    expect(waiting.map(({ message }) => message.slice(0, message.indexOf(';')))).toEqual([1, 2].map(() => (
      `waiting for ConfigMap ${namespace}/${code._spec.configMapName}, which spec.code names and which does not exist`)));
  });

  test('an archive that is another one is told, with both digests', async () => {
    const { mismatch, code } = await played();
    expect(mismatch.message).toContain(`has the archive ${code.digest}, but spec.code says sha256:000`);
  });

  test('the code of a Model cannot change', async () => {
    expect((await played()).changed).toContain('code decides the content of a Model and cannot change; create a Model with another name');
  });
}
