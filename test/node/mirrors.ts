/** What a platform without the internet has: a stand-in of the Hugging Face Hub and a package index, as pods of the cluster. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Mirrors } from 'cdk-substratus';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, Service } from 'kubernetes-types/core/v1';
import { mirrorImage, pytorchImage } from './images/runtimes';
import type { NodeCluster } from './node-cluster';

const NAMESPACE = 'mirrors';
const PORT = 8080;
const RUNTIMES = path.join(__dirname, '../runtimes');
const SCRIPTS = ['hub.py', 'tiny.py', 'repositories.py'];

export const MIRRORS: Mirrors = { huggingFace: urlOf('hub'), pypi: `${urlOf('pypi')}/simple` };

/** Starts them: the hub makes its repositories, which are small but real. */
export async function startMirrors(cluster: NodeCluster): Promise<void> {
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    scripts(),
    ...served('hub', {
      command: ['python3', '/scripts/hub.py', '--root', '/repositories', `--port=${PORT}`, `--cdn=${hostOf('cdn')}`],
      before: [{ name: 'make', image: pytorchImage.name, command: ['python3', '/scripts/repositories.py', '/repositories'] }],
    }),
    /* Large files come from another host, as with the hub. */
    service('cdn', 'hub'),
    ...served('pypi', { command: ['python3', '-m', 'http.server', '--directory', '/srv', String(PORT)] }),
  ];
  await cluster.kubectl('apply', '-f', cluster.write('mirrors.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items })));
  await cluster.kubectl('rollout', 'status', 'deployment', '--namespace', NAMESPACE, '--timeout=180s');
}

/** What the hub was asked for, by method and path. */
export async function askedOfHub(cluster: NodeCluster): Promise<readonly string[]> {
  const { spec } = await cluster.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: NAMESPACE, name: 'hub' });
  const response = await fetch(`http://${spec?.clusterIP}:${PORT}/_requests`);
  const requests = await response.json() as readonly { readonly method: string; readonly path: string }[];
  return requests.map(({ method, path: asked }) => `${method} ${asked}`);
}

function urlOf(name: string): string {
  return `http://${hostOf(name)}:${PORT}`;
}

function hostOf(name: string): string {
  return `${name}.${NAMESPACE}.svc.cluster.local`;
}

function scripts(): ConfigMap {
  const data = Object.fromEntries(SCRIPTS.map((name) => [name, fs.readFileSync(path.join(RUNTIMES, name), 'utf8')]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NAMESPACE, name: 'scripts' }, data };
}

interface Program {
  readonly command: string[];
  readonly before?: readonly Container[];
}

function served(name: string, { command, before = [] }: Program): [Deployment, Service] {
  const labels = { app: name };
  const metadata = { namespace: NAMESPACE, name };
  const volumeMounts = [{ name: 'scripts', mountPath: '/scripts' }, { name: 'repositories', mountPath: '/repositories' }];
  const readinessProbe = { tcpSocket: { port: PORT }, periodSeconds: 1 };
  const volumes = [{ name: 'scripts', configMap: { name: 'scripts' } }, { name: 'repositories', emptyDir: {} }];
  const pod = {
    initContainers: before.map((container) => ({ ...container, volumeMounts })),
    containers: [{ name, image: mirrorImage.name, command, readinessProbe, volumeMounts }],
    terminationGracePeriodSeconds: 0,
    volumes,
  };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } } },
    service(name, name),
  ];
}

function service(name: string, app: string): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace: NAMESPACE, name }, spec: { selector: { app }, ports: [{ port: PORT }] } };
}
