/** A program of a test as a Service of the cluster, which pods reach by its name, and tests by its address. */
import type { Service } from 'kubernetes-types/core/v1';
import type { NodeCluster } from './node-cluster';

const PORT = 8080;
const FILES = '/files';

export interface ServiceOptions {
  /** Its own, and that of its namespace. */
  readonly name: string;
  /** Of an image that the node has. */
  readonly image: string;
  /** Serves at 8080. */
  readonly command: readonly string[];
  /**
   * More names by which pods reach it, beside its own.
   *
   * @default - none
   */
  readonly aliases?: readonly string[];
  /** Texts in `/files`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** As pods have it. */
export function urlOfService(name: string): string {
  return `http://${hostOfService(name)}:${PORT}`;
}

export function hostOfService(namespace: string, name = namespace): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** Starts it, and resolves when it listens. Its URL for this machine. */
export async function startService(cluster: NodeCluster, options: ServiceOptions): Promise<string> {
  const { name } = options;
  const items = objects(options);
  await cluster.kubectl('apply', '-f', cluster.write(`${name}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items })));
  await cluster.kubectl('rollout', 'status', `deployment/${name}`, '--namespace', name, '--timeout=120s');
  const { spec } = await cluster.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: name, name });
  return `http://${spec?.clusterIP}:${PORT}`;
}

function objects({ name, image, command, files = {}, aliases = [] }: ServiceOptions): object[] {
  const metadata = { namespace: name, name };
  const labels = { app: name };
  const readinessProbe = { tcpSocket: { port: PORT }, periodSeconds: 1 };
  const spec = {
    containers: [{ name, image, command, readinessProbe, volumeMounts: [{ name: 'files', mountPath: FILES }] }],
    terminationGracePeriodSeconds: 0,
    volumes: [{ name: 'files', configMap: { name } }],
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: files },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } },
    ...[name, ...aliases].map((alias) => (
      { apiVersion: 'v1', kind: 'Service', metadata: { namespace: name, name: alias }, spec: { selector: labels, ports: [{ port: PORT }] } }
    )),
  ];
}
