/** The files that the programs of a cluster read, in a directory of their own. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Many requests a second: a test waits for nothing but the work. */
const QPS = 2000;

/** Name of the node that runs containers, where there is one. */
export const NODE_NAME = 'node-1';

export class ClusterFiles {
  /** Removed when the cluster stops. */
  public readonly directory: string;
  public readonly adminToken = randomBytes(16).toString('hex');
  /** Of the kubelet of a node that runs containers (test/node). */
  public readonly nodeToken = randomBytes(16).toString('hex');
  /** Of that node's kube-proxy. */
  public readonly proxyToken = randomBytes(16).toString('hex');

  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cluster-'));
    fs.mkdirSync(this.path('logs'));
    this.write('tokens.csv', [
      `${this.adminToken},admin,admin,system:masters`,
      `${this.nodeToken},system:node:${NODE_NAME},${NODE_NAME},system:nodes`,
      `${this.proxyToken},system:kube-proxy,kube-proxy`,
      '',
    ].join('\n'));
    this.writeServiceAccountKey();
  }

  public path(...names: string[]): string {
    return path.join(this.directory, ...names);
  }

  /** The certificate of the API server and that of its authority; the server makes them when it first starts. */
  public get certificates(): string {
    return this.path('certificates', 'apiserver.crt');
  }

  public readCa(): string {
    return fs.readFileSync(this.certificates, 'utf8');
  }

  /** A kubeconfig for whoever has `token`; its path. */
  public writeKubeconfig(name: string, { url, token }: { readonly url: string; readonly token: string }): string {
    return this.write(name, JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'cluster', cluster: { 'server': url, 'certificate-authority': this.certificates } }],
      'users': [{ name: 'user', user: { token } }],
      'contexts': [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
      'current-context': 'cluster',
    }, undefined, 2));
  }

  public writeSchedulerConfig(kubeconfig: string): string {
    return this.write('scheduler.json', JSON.stringify({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      leaderElection: { leaderElect: false },
      clientConnection: { kubeconfig, qps: QPS, burst: QPS },
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 2,
    }));
  }

  public write(name: string, content: string | Buffer): string {
    fs.writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  private writeServiceAccountKey(): void {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.write('service-account.key', privateKey.export({ type: 'sec1', format: 'pem' }).toString());
    this.write('service-account.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  }
}
