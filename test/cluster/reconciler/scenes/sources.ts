/** Case 17: a Model whose files are there already, before an API server that knows volumes, image volumes and the rules of the kinds. */
import type { PlatformSpec } from '../../../../src/api/platform';
import type { Resource } from '../../../../src/api/resource';
import { referenceTo } from '../../client';
import { PLATFORM, resourceOf, server } from '../stage';
import type { Live, Stage } from '../stage';

const URL = 'file:///var/weights';
const IMAGE = 'registry.example.com/acme/llama:1';

export function sources(stage: Stage): void {
  const served = stage.scene(async () => {
    const namespace = await stage.namespace();
    const platform: PlatformSpec = {
      ...PLATFORM, kubernetesVersion: '1.36', artifacts: { url: 'file:///var/artifacts' }, workspaces: [{ namespace, readableBuckets: [{ url: URL }] }],
    };
    const program = await stage.reconcilerFor(namespace, { platform });
    const models = {
      bucket: sourced(namespace, 'bucket', { bucket: { url: `${URL}/llama` } }),
      image: sourced(namespace, 'image', { image: { reference: IMAGE } }),
    };
    const servers = Object.keys(models).map((name) => server(namespace, `chat-${name}`, { model: { name } }));
    for (const resource of [...servers, ...Object.values(models)]) await stage.apply(resource);
    for (const resource of [...Object.values(models), ...servers]) await stage.ready(resource);
    const deployments = await Promise.all(servers.map((each) => stage.child(each, 'Deployment')));
    const shown = await stage.cluster.kubectl('get', 'models', '-n', namespace, '--no-headers');
    const jobs = await stage.cluster.kubectl('get', 'jobs', '-n', namespace, '-o', 'name');
    const claim = claimOf(deployments[0]);
    const bound = await stage.client.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim });
    await stage.client.delete(referenceTo(models.bucket));
    await stage.until('the model is gone', async () => await stage.find(models.bucket) === undefined);
    await stage.converged([namespace], platform);
    await program.stop();
    return { deployments, shown, jobs, bound };
  });

  test('case 17: are Ready at once, shown with their place, and make no Job, also when they go', async () => {
    const { shown, jobs } = await served();
    expect(jobs).toBe('');
    expect(shown.trim().split('\n').map((line) => line.split(/ +/).slice(0, 4).join(' '))).toEqual([
      `bucket True Referenced ${URL}/llama`, `image True Referenced oci://${IMAGE}`,
    ]);
  });

  test('case 17: a directory is mounted through a claim of the workspace, which is bound', async () => {
    expect((await served()).bound).toMatchObject({ status: { phase: 'Bound' }, spec: { accessModes: ['ReadOnlyMany'] } });
  });

  test('case 17: the API server keeps the image of a volume', async () => {
    const { deployments: [, deployment] } = await served();
    expect(volumesOf(deployment)).toContainEqual({ name: 'model', image: { reference: IMAGE, pullPolicy: 'IfNotPresent' } });
  });
}

function sourced(namespace: string, name: string, source: object): Resource {
  return resourceOf('Model', { namespace, name }, { source, deletionPolicy: 'Delete' });
}

interface VolumeLike {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

function volumesOf(deployment?: Live): readonly VolumeLike[] {
  return (deployment as { spec?: { template: { spec: { volumes: VolumeLike[] } } } } | undefined)?.spec?.template.spec.volumes ?? [];
}

function claimOf(deployment?: Live): string {
  return volumesOf(deployment).find(({ name }) => name === 'model')?.persistentVolumeClaim?.claimName ?? '';
}
