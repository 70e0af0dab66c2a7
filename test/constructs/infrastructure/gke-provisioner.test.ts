/** GPU provisioners of a cluster on Google Cloud: what is written to the cluster, and that Terraform has nothing of it. */
import { App, Chart } from 'cdk8s';
import { Cluster, ClusterAddons, Gpu, Model, NodeProvisioning, Preview } from '../../../src';
import type { ClusterProps } from '../../../src';
import { appOf, messageOf, objectsOf } from '../fixtures';
import { bucketOf, cluster, CLOUDS, emptyStack, synthesized, workspaceOn } from './clouds';

const PROVISIONING = { nodeProvisioning: NodeProvisioning.computeClasses() };
const L4 = { gpu: Gpu.NVIDIA_L4, machineTypes: ['g2-standard-8'], maxNodes: 4 };

function provisioned(props: Partial<ClusterProps> = {}): Cluster {
  const owner = cluster('gcp', { ...PROVISIONING, kubernetesVersion: '1.37', ...props });
  owner.platform.addGpuProvisioner('l4', L4);
  return owner;
}

function addonsOf(owner: Pick<Cluster, 'platform'>): Chart {
  const chart = new Chart(new App(), 'system');
  new ClusterAddons(chart, 'addons', { platform: owner.platform });
  return chart;
}

const accountsOf = (chart: Chart) => [...JSON.stringify(objectsOf(chart)).matchAll(/"serviceAccount":"([^"]+)"/g)].map(([, account]) => account);

test('the nodes have the account of the cluster\'s nodes, by the name that Terraform gives it', () => {
  const owner = provisioned({ naming: { nameOf: (_, proposed) => `acme-${proposed}` } });
  const accounts = new Set(accountsOf(addonsOf(owner)));
  const [account] = Object.values(synthesized(owner).resource.google_service_account ?? {});
  expect([...accounts]).toEqual([`${String(account?.account_id)}@acme.iam.gserviceaccount.com`]);
});

test('the nodes of a cluster that exists have the account that is said of it, and a key of the cluster encrypts disks', () => {
  const existing = Cluster.fromAttributes(emptyStack(), 'ours', {
    cloud: CLOUDS.gcp, clusterName: 'ours', attributes: { nodeServiceAccount: 'nodes@acme.iam.gserviceaccount.com' }, kubernetesVersion: '1.37', ...PROVISIONING,
  });
  existing.platform.addGpuProvisioner('l4', L4);
  expect([...new Set(accountsOf(addonsOf(existing)))]).toEqual(['nodes@acme.iam.gserviceaccount.com']);
  const key = 'projects/acme/locations/us-central1/keyRings/acme/cryptoKeys/disks';
  expect(JSON.stringify(objectsOf(addonsOf(provisioned({ encryptionKey: key }))))).toContain(`"bootDiskKMSKey":"${key}"`);
});

test('Terraform has nothing of it: the stack is the same', () => {
  const stackOf = (owner: Cluster) => JSON.stringify(synthesized(owner).resource);
  expect(stackOf(provisioned())).toBe(stackOf(cluster('gcp', { kubernetesVersion: '1.37' })));
});

test('a model of spot-first names the class that takes spot nodes and then others', () => {
  const owner = provisioned();
  bucketOf(owner);
  const team = workspaceOn(owner);
  new Model(team, 'tuned', { image: 'acme/trainer', resources: { gpu: Gpu.NVIDIA_L4, capacity: 'spot-first' as never } });
  expect(Preview.of(team).toYaml()).toContain('cloud.google.com/compute-class: l4-spot-first');
  const classes = objectsOf(addonsOf(owner)).map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
  expect(classes).toEqual(['ComputeClass l4-spot-first', 'ComputeClass l4-spot', 'ComputeClass l4-on-demand', 'CapacityQuota l4']);
});

test('where GKE cannot bound the nodes, synth says so, once', () => {
  const told = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const chart = addonsOf(provisioned({ kubernetesVersion: '1.34' }));
  appOf(chart).synthYaml();
  const messages = told.mock.calls.map(([message]) => String(message));
  told.mockRestore();
  expect(messages).toEqual([expect.stringMatching(/^\[system\/addons\] maxNodes of GPU provisioners l4 \(4\) is not kept by GKE/)]);
});

test('a cluster of an old version is an error', () => {
  expect(messageOf(() => addonsOf(provisioned({ kubernetesVersion: '1.32' })))).toContain('GPU provisioner l4 needs Kubernetes 1.33 or newer');
});
