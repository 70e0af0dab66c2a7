/** A pod whose containers run as processes of this machine, with the arguments, environment and files of the pod as it was admitted. */
import type { ConfigMap, Container, Pod, Secret, Volume } from 'kubernetes-types/core/v1';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { filesOf } from './control-plane';
import { Island } from './island';
import type { Names } from './names';

export interface PodProgram {
  /** Of the container. */
  readonly container: string;
  readonly program: string;

  /**
   * What it is told beside.
   *
   * @default - nothing
   */
  readonly env?: NodeJS.ProcessEnv;
}

export interface PodSurroundings {
  readonly names: Names;
  /** Whom its programs trust, PEM. */
  readonly authorities: string | Buffer;
}

/** How often files of Secrets are read again, as a kubelet does. */
const SYNC_MS = 500;

export class PodProcesses {
  public readonly parts = new Map<string, Component>();
  private readonly island: Island;
  private readonly written = new Map<string, string>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly cluster: Cluster, private readonly pod: Pod, { names, authorities }: PodSurroundings) {
    this.island = new Island(cluster, { name: pod.metadata?.name ?? '', files: { 'etc/ssl/certs/ca-certificates.crt': authorities } }, names.file);
  }

  public async start(programs: readonly PodProgram[]): Promise<void> {
    await this.syncVolumes();
    for (const { container: name, program, env } of programs) {
      const container = this.containers.find((each) => each.name === name);
      if (!container) throw new Error(`pod ${this.pod.metadata?.name} has no container ${name}`);
      const variables = { ...this.environmentOf(container), ...env };
      const args = (container.args ?? []).map((arg) => arg.replace(/\$\(([A-Z_]+)\)/g, (whole, variable: string) => variables[variable] ?? whole));
      this.parts.set(name, await this.island.start(`${this.pod.metadata?.name}-${name}`, [program, ...args], variables));
    }
    this.timer = setInterval(() => void this.syncVolumes().catch(() => undefined), SYNC_MS);
  }

  public async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.parts.values()].map((part) => part.kill()));
    await this.island.stop();
  }

  private get containers(): Container[] {
    return [...this.pod.spec?.initContainers ?? [], ...this.pod.spec?.containers ?? []];
  }

  private environmentOf({ env = [] }: Container): NodeJS.ProcessEnv {
    const fields: Record<string, string | undefined> = {
      'metadata.name': this.pod.metadata?.name, 'metadata.namespace': this.pod.metadata?.namespace, 'spec.nodeName': this.pod.spec?.nodeName,
    };
    return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '']));
  }

  /** Writes what Secrets and ConfigMaps hold where containers have them. */
  private async syncVolumes(): Promise<void> {
    for (const volume of this.pod.spec?.volumes ?? []) {
      const files = await this.filesOf(volume);
      for (const mount of this.mountsOf(volume.name)) {
        for (const [file, content] of Object.entries(files)) this.write(`${mount}/${file}`, content.toString());
      }
    }
  }

  private async filesOf({ secret, configMap, emptyDir }: Volume): Promise<Record<string, Buffer | string>> {
    if (secret) return this.secret(secret.secretName ?? '');
    if (configMap) return this.configMap(configMap.name ?? '');
    return emptyDir ? { '.keep': '' } : {};
  }

  private mountsOf(volume: string): string[] {
    const mounts = this.containers.flatMap(({ volumeMounts = [] }) => volumeMounts).filter(({ name }) => name === volume);
    return [...new Set(mounts.map(({ mountPath }) => mountPath))];
  }

  private write(file: string, content: string): void {
    if (this.written.get(file) === content) return;
    this.written.set(file, content);
    this.island.write(file, content);
  }

  private async secret(name: string): Promise<Record<string, Buffer>> {
    const secret = await this.cluster.client.find<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace: this.pod.metadata?.namespace, name });
    if (!secret) return {};
    return Object.fromEntries(Object.entries(filesOf('', secret)).map(([file, content]) => [file.slice(1), content]));
  }

  private async configMap(name: string): Promise<Record<string, string>> {
    const map = await this.cluster.client.find<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', namespace: this.pod.metadata?.namespace, name });
    return map?.data ?? {};
  }
}
