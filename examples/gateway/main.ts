/** Two teams share the models of a cluster through one endpoint: with keys, quotas and a model that costs nothing while nobody asks it. */
import {
  Autoscaling, ClusterAddons, Engine, GatewayTls, GitOps, Gpu, Loader, Model, ModelGateway, Monitoring, Preview, Reconciler, Workspace,
} from 'cdk-substratus';
import type { Platform, Server } from 'cdk-substratus';
import { App, Chart, Duration } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

/** A small GPU that each cloud has. Azure has no L4. */
const SMALL_GPU: Readonly<Record<CloudName, Gpu>> = {
  gcp: Gpu.NVIDIA_L4,
  aws: Gpu.NVIDIA_L4,
  azure: Gpu.NVIDIA_T4,
  local: Gpu.NVIDIA_L4,
};

/** The synth is the same on any day. Leave it out of a program of yours: there, a key that has ended is an error. */
const DAY = '2026-11-27';

export function gateway(app: App, cloud: CloudName): void {
  app.node.setContext('substratus.ai/today', DAY);
  const gpu = SMALL_GPU[cloud];
  const platform = platformOn(cloud);
  platform.addKeda();
  platform.addEnvoyGateway();
  platform.addGpuPool('small', { gpu, maxNodes: 3 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });

  const engines = new Chart(app, 'engines'); // applied first: the other files hold objects of kinds that these bring
  const system = new Chart(app, 'system');
  const team = new Workspace(app, 'team-a', { platform });
  const servers = served(team, gpu);
  const models = endpoint(app, platform, servers);

  new ClusterAddons(engines, 'addons', {
    platform,
    gateway: models,
    gitOps: GitOps.flux(),
    engines: { certManager: true, prometheusOperator: true, longestAnswer: Duration.minutes(30) },
  });
  new Reconciler(system, 'substratus', { platform });
  const monitoring = new Monitoring(system, 'monitoring', { platform });
  monitoring.addObjective(servers.chat, { coldStart: Duration.minutes(10), errorRatio: 0.01 });
  monitoring.addGateway(models, { errorRatio: 0.01 });
}

interface Servers {
  readonly chat: Server;
  readonly embeddings: Server;
}

/** The models are team-a's. */
function served(team: Workspace, gpu: Gpu): Servers {
  const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
  const chat = qwen.serve('chat', {
    engine: Engine.vllm({ maxModelLen: 16_384 }),
    resources: { gpu },
    autoscaling: Autoscaling.concurrency({ min: 0, max: 3, idle: Duration.minutes(30) }), // its nodes go with it
  });
  const encoder = new Model(team, 'bge', { loader: Loader.huggingFace('BAAI/bge-small-en-v1.5') });
  const embeddings = encoder.serve('embeddings', { engine: Engine.embeddings() }); // on a CPU, and always there
  return { chat, embeddings };
}

/** Clients ask for `qwen3-4b`, `default` and `embeddings`, wherever these run. */
function endpoint(app: App, platform: Platform, { chat, embeddings }: Servers): ModelGateway {
  const models = new ModelGateway(new Chart(app, 'gateway', { namespace: 'model-gateway' }), 'models', {
    platform,
    hostname: 'models.acme.example',
    tls: GatewayTls.certManager({ issuerName: 'letsencrypt' }),
  });
  models.serve(chat, { name: 'qwen3-4b', aliases: ['default'] });
  models.serve(embeddings);

  const owners = models.addTeam('team-a', { models: ['qwen3-4b', 'default', 'embeddings'], tokensPerMonth: 50_000_000, requestsPerMinute: 600 });
  owners.addKey('web', { expires: '2027-06-30' });
  owners.addKey('ci', { expires: '2027-01-31', models: ['default'], requestsPerMinute: 60 });

  models.addModelPrice('default', { inputPerMillion: 0.2, outputPerMillion: 0.6 });
  const support = models.addTeam('support', { models: ['default'], budget: 250, requestsPerMinute: 120 }); // pays, and has no workspace
  support.addKey('helpdesk', { expires: '2027-06-30' });
  return models;
}

if (require.main === module) {
  const app = new App();
  gateway(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
