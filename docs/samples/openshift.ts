import { ClusterAddons, Loader, Model, OnPremisesStore, Platform, Reconciler, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

const platform = Platform.onPremises({
  clusterName: 'ocp',
  store: OnPremisesStore.s3({
    endpoint: 'https://s3.openshift-storage.svc', bucketName: 'ml-artifacts', credentialsSecret: 'store-keys',
  }),
  registry: 'quay.example.com/ml',
  registrySecret: 'registry-push',
  openShift: {},
});
platform.addWorkspace('team-a', { builds: true });

const app = new App();
const system = new Chart(app, 'system');
new Reconciler(system, 'substratus', { platform });
new ClusterAddons(system, 'addons', { platform }); // SecurityContextConstraints for builds
const team = new Workspace(app, 'team-a', { platform });
new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });

app.synth();
