import { Gpu, Loader, Model, ModelGateway, Platform, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

export const app = new App();
app.node.setContext('substratus.ai/today', '2026-11-27');
const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addEnvoyGateway();
platform.addWorkspace('team-a');
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });

const workspace = new Workspace(app, 'team-a', { platform });
const qwen = new Model(workspace, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a0' }) });
const chat = qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });

const gateway = new ModelGateway(new Chart(app, 'gateway', { namespace: 'model-gateway' }), 'models', { platform });
gateway.serve(chat);

// #region teams
const team = gateway.addTeam('team-a', {
  models: ['chat'],
  tokensPerMonth: 50_000_000, // of all its keys together, over all models
  requestsPerMinute: 600,
});
team.addKey('ci', { expires: '2027-01-31' });
team.addKey('web', { expires: '2027-01-31', models: ['chat'], requestsPerMinute: 60 });
// #endregion

// #region budget
gateway.addModelPrice('chat', { inputPerMillion: 0.2, outputPerMillion: 0.6 });
gateway.addTeam('research', { models: ['chat'], budget: 250 });
// #endregion

// #region tokens
gateway.addIdentityProvider('okta', {
  issuer: 'https://acme.okta.com',
  audiences: ['models'],
  jwksUri: 'https://acme.okta.com/oauth2/v1/keys',
  teamClaim: 'team',
});
// #endregion

// #region vault
team.addKey('batch', { expires: '2027-01-31', secret: { name: 'keys-from-vault', key: 'team-a.batch' } });
// #endregion

app.synth();
