/** What `ClusterAddons` writes for GPU provisioners of GKE, on an API server with GKE's definitions and their rules. */
import { App, Chart } from 'cdk8s';
import { ClusterAddons, Gpu, NodeProvisioning, Platform, PoolCapacity } from '../../../../src';
import { objectsOf } from '../../../constructs/fixtures';
import type { KubeObject } from '../../client';
import { capacityQuotaDefinition, computeClassDefinition } from '../gke-definitions';
import type { Stage } from '../stage';

function objects(): KubeObject[] {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', kubernetesVersion: '1.37', nodeProvisioning: NodeProvisioning.computeClasses() });
  const capacities = [PoolCapacity.reservation('acme'), PoolCapacity.spot(), PoolCapacity.onDemand(), PoolCapacity.flexStart()];
  platform.addGpuProvisioner('l4', { gpu: Gpu.NVIDIA_L4, capacities, maxNodes: 4, zones: ['us-central1-a'], taints: { team: 'research' } });
  platform.addGpuProvisioner('h200', { gpu: Gpu.NVIDIA_H200, gpusPerNode: 8, capacities, maxNodes: 2 });
  const chart = new Chart(new App(), 'system');
  new ClusterAddons(chart, 'addons', { platform });
  return objectsOf(chart).filter(({ kind }) => kind !== 'StorageClass') as KubeObject[];
}

/** Applied as kubectl does it: an unknown field is an error. */
async function applied(stage: Stage, { apiVersion, kind, metadata, ...rest }: KubeObject): Promise<string> {
  const plural = kind === 'ComputeClass' ? 'computeclasses' : 'capacityquotas';
  const path = `/apis/${apiVersion}/${plural}?fieldValidation=Strict`;
  return stage.client.request('POST', path, { body: { apiVersion, kind, metadata, ...rest } }).then(() => 'taken', (error: Error) => error.message);
}

export function computeClasses(stage: Stage): void {
  const written = stage.scene(async () => {
    for (const definition of [computeClassDefinition(), capacityQuotaDefinition()]) await stage.client.apply(definition);
    const all = objects();
    const [first] = all;
    if (!first) throw new Error('nothing is written');
    await stage.until('the API server serves classes and quotas', async () => {
      const kinds = [{ apiVersion: 'cloud.google.com/v1', kind: 'ComputeClass' }, { apiVersion: 'autoscaling.x-k8s.io/v1beta1', kind: 'CapacityQuota' }];
      return Promise.all(kinds.map((each) => stage.client.request('GET', `/apis/${each.apiVersion}/${each.kind === 'ComputeClass' ? 'computeclasses' : 'capacityquotas'}`)))
        .then(() => true, () => false);
    });
    const answers = await Promise.all(all.map((object) => applied(stage, object)));
    const both = { ...first, metadata: { name: 'both' }, spec: { whenUnsatisfiable: 'DoNotScaleUp', priorities: [{ spot: true, flexStart: { enabled: true } }] } };
    const unknown = { ...first, metadata: { name: 'unknown' }, spec: { whenUnsatisfiable: 'DoNotScaleUp', fallback: true } };
    return { kinds: all.map(({ kind }) => kind), answers, both: await applied(stage, both), unknown: await applied(stage, unknown) };
  });

  test('every class and quota is taken, with no field that GKE does not know', async () => {
    const { kinds, answers } = await written();
    expect(kinds.filter((kind) => kind === 'ComputeClass')).toHaveLength(8);
    expect(kinds.filter((kind) => kind === 'CapacityQuota')).toHaveLength(2);
    expect([...new Set(answers)]).toEqual(['taken']);
  });

  test('the rules hold: what is spot and flex-start at once, and an unknown field, are refused', async () => {
    const { both, unknown } = await written();
    expect(both).toContain('Flex Start provisioning model is incompatible with Spot');
    expect(unknown).toContain('unknown field "spec.fallback"');
  });
}
