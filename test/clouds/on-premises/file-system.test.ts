/** Artifacts on a file system that all nodes can mount. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../../src/api/platform';
import type { FileSystemSpec } from '../../../src/api/store';
import { fileSystemUrl } from '../../../src/clouds/on-premises/file-system';
import { onPremisesCloud } from '../../../src/clouds/on-premises/pods';
import { deleteScript, publishScript } from '../../../src/expand/scripts';
import { VERIFY_SCRIPT } from '../../../src/expand/verify-script';
import { platformOf } from '../../expand/fixtures';
import { RCLONE, runScript, shells, temporaryFolder, writeFiles } from '../../expand/shell';
import { schemaErrors } from '../../schemas/validate';

const SLOW = 60_000;
const NFS: FileSystemSpec = { nfs: { server: 'nfs.example.com', path: '/export/ml' } };
const CEPHFS: FileSystemSpec = {
  csi: {
    driver: 'cephfs.csi.ceph.com', volumeHandle: '{volume}', volumeAttributes: { staticVolume: 'true', rootPath: '/volumes/{folder}' },
    secrets: { nodeStage: { name: 'ceph', namespace: 'ceph' } },
  },
};
const ALL: readonly FileSystemSpec[] = [
  NFS, CEPHFS, { directory: { path: '/mnt/lustre' } }, { storageClass: { name: 'weka', size: '1024Gi' } }, { claim: { name: 'shared' } },
];

function on(fileSystem: FileSystemSpec, changes: Partial<PlatformSpec> = {}): PlatformSpec {
  return platformOf('on-premises', { artifacts: { url: fileSystemUrl(fileSystem), prefix: 'rack', fileSystem }, ...changes });
}

function volumes(fileSystem: FileSystemSpec): PersistentVolume[] {
  return onPremisesCloud.workspaceVolumes(on(fileSystem), 'team-a').filter((each): each is PersistentVolume => each.kind === 'PersistentVolume');
}

test('a workspace has the volume of its folder, and those of others that nobody can write to, whoever mounts them', () => {
  const [own, shared] = volumes(NFS).map(({ spec }) => spec);
  expect(own).toMatchObject({ accessModes: ['ReadWriteMany'], nfs: { server: 'nfs.example.com', path: '/export/ml/rack/team-a' } });
  expect(own?.nfs).not.toHaveProperty('readOnly');
  expect(shared).toMatchObject({ accessModes: ['ReadOnlyMany'], nfs: { path: '/export/ml/rack/shared', readOnly: true } });
});

test('a directory that is mounted on the nodes is never made, for it would be on the disk of a node', () => {
  expect(volumes({ directory: { path: '/mnt/lustre' } })[0]?.spec?.hostPath).toEqual({ path: '/mnt/lustre/rack/team-a', type: 'Directory' });
});

test('a volume of a driver has the folder of the workspace in it, and a handle that no other has', () => {
  const [own, shared] = volumes(CEPHFS).map(({ spec }) => spec?.csi);
  expect(own).toEqual({
    driver: 'cephfs.csi.ceph.com', volumeHandle: 'ml-team-a-artifacts', volumeAttributes: { staticVolume: 'true', rootPath: '/volumes/rack/team-a' },
    nodeStageSecretRef: { name: 'ceph', namespace: 'ceph' },
  });
  expect(shared).toMatchObject({ volumeHandle: 'ml-team-a-artifacts-from-shared', volumeAttributes: { rootPath: '/volumes/rack/shared' }, readOnly: true });
});

test('of a class each workspace has a claim of its own, and of a claim that is there nothing is written', () => {
  const [claim, ...others] = onPremisesCloud.workspaceVolumes(on({ storageClass: { name: 'weka', size: '1024Gi' } }), 'team-a') as PersistentVolumeClaim[];
  expect(claim).toMatchObject({ kind: 'PersistentVolumeClaim', metadata: { name: 'artifacts' }, spec: { accessModes: ['ReadWriteMany'], storageClassName: 'weka' } });
  expect(others).toEqual([]);
  expect(onPremisesCloud.workspaceVolumes(on({ claim: { name: 'shared' } }), 'team-a')).toEqual([]);
});

test.each(ALL.map((each) => [fileSystemUrl(each), each] as const))('%s: what is published is found by readers, at the same place', (_, fileSystem) => {
  const platform = on(fileSystem);
  const url = `${onPremisesCloud.workspaceUrl(platform, 'team-a')}/models/abc`;
  const access = { namespace: 'team-a', owner: 'team-a' };
  const { remotePath, volumes: [written] = [] } = onPremisesCloud.store(platform, { ...access, role: 'artifact-writer' });
  const { volumes: [read] = [], volumeMounts: [mount] = [] } = onPremisesCloud.mountArtifact({ ...access, name: 'model', mountPath: '/content/model', url }, platform);
  expect(read?.persistentVolumeClaim).toEqual({ claimName: written?.persistentVolumeClaim?.claimName, readOnly: true });
  expect(`/artifacts/${mount?.subPath}`).toBe(`${remotePath(url)}/files`);
  expect(mount?.readOnly).toBe(true);
});

test.each(ALL.map((each) => [fileSystemUrl(each), each] as const))('%s: the volumes are valid to Kubernetes', (_, fileSystem) => {
  expect(onPremisesCloud.workspaceVolumes(on(fileSystem), 'team-a').flatMap((object) => schemaErrors(object, 'current'))).toEqual([]);
});

test('only the writer may write, as nobody in particular', () => {
  const store = (role: 'artifact-writer' | 'artifact-reader') => onPremisesCloud.store(on(NFS), { namespace: 'team-a', owner: 'team-a', role });
  expect([store('artifact-writer'), store('artifact-reader')].map(({ volumeMounts }) => volumeMounts?.[0]?.readOnly)).toEqual([false, true]);
  expect(store('artifact-writer').isDirectory).toBeUndefined();
});

(RCLONE ? describe : describe.skip).each(shells())('with $name', ({ path }) => {
  const store = onPremisesCloud.store(on(NFS), { namespace: 'team-a', owner: 'team-a', role: 'artifact-writer' });
  const writable = (file: string): boolean => (statSync(file).mode & 0o222) !== 0;

  test('what is published nobody can write to any more, it is found by another attempt, and can be deleted', () => {
    const destination = join(temporaryFolder(), 'team-a/models/abc');
    const source = writeFiles(join(temporaryFolder(), 'staging'), { 'config.json': '{}', 'weights/part-1.bin': 'one' });
    const recipe = join(writeFiles(temporaryFolder(), { 'recipe.json': '{}' }), 'recipe.json');
    const env = {
      SOURCE: source, DESTINATION: destination, RECIPE_DIGEST: 'abc', RECIPE_FILE: recipe, IMAGE: 'example/m:1', IMAGE_DIGEST: 'sha256:1', TMPDIR: temporaryFolder(),
    };
    expect(runScript({ script: VERIFY_SCRIPT, path, env }).status).toBe(0);
    expect(runScript({ script: publishScript(store), path, env })).toMatchObject({ status: 0, log: expect.stringContaining('"published":true') as string });
    const files = ['', 'manifest.json', 'files', 'files/config.json', 'files/weights', 'files/weights/part-1.bin'];
    expect(files.filter((file) => writable(join(destination, file)))).toEqual([]);
    expect(runScript({ script: publishScript(store), path, env })).toMatchObject({ status: 0 });
    expect(runScript({ script: deleteScript(store), path, env })).toMatchObject({ status: 0 });
    expect(() => statSync(destination)).toThrow('ENOENT');
    expect(runScript({ script: deleteScript(store), path, env })).toMatchObject({ status: 0 });
  }, SLOW);

  test('an attempt that fails says why, with the same code', () => {
    const env = { SOURCE: temporaryFolder(), DESTINATION: writeFiles(temporaryFolder(), { 'manifest.json': '{\n"recipeDigest": "other",\n}\n' }), RECIPE_DIGEST: 'abc' };
    expect(runScript({ script: publishScript(store), path, env })).toMatchObject({ status: 65, log: expect.stringContaining('is not of recipe abc') as string });
    expect(writable(join(env.DESTINATION, 'manifest.json'))).toBe(true);
  }, SLOW);
});
