/** The controller of LeaderWorkerSet as a process against a cluster, with its webhooks, which the API server asks. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../cluster/client';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { freePort } from '../../cluster/port';
import { until } from '../../cluster/until';
import { writeCertificates } from '../certificates';
import type { LwsPrograms } from './programs';

type Webhooks = KubeObject & { readonly webhooks: readonly Webhook[] };

interface Webhook {
  readonly name: string;
  readonly clientConfig: { readonly service: { readonly path: string } };
}

/** As its kustomization has it: of pods, those of groups alone. */
const OF_GROUPS = { matchExpressions: [{ key: 'leaderworkerset.sigs.k8s.io/name', operator: 'Exists' }] };

/** Starts it. Resolves when it works. */
export async function startLws(cluster: Cluster, programs: LwsPrograms): Promise<Component> {
  const directory = path.join(path.dirname(cluster.kubeconfig), 'lws-certificates');
  writeCertificates(directory);
  const [port, health] = await Promise.all([freePort(), freePort()]);
  const objects = programs.definitions.flatMap((file) => parseAllDocuments(fs.readFileSync(file, 'utf8')))
    .map((document) => document.toJS() as KubeObject | null).filter((object): object is KubeObject => object?.metadata?.name !== undefined);
  /* Before the definitions, so that nothing is made that they have not seen. */
  const authority = fs.readFileSync(path.join(directory, 'ca.crt')).toString('base64');
  for (const object of objects.filter((each) => each.kind?.endsWith('WebhookConfiguration'))) {
    await cluster.client.apply(atPort(object as Webhooks, port, authority) as KubeObject & { metadata: { name: string } });
  }
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  await Promise.all(definitions.map((definition) => cluster.client.apply(definition as KubeObject & { metadata: { name: string } })));
  for (const { metadata } of definitions) await untilEstablished(cluster, metadata?.name ?? '');
  const component = cluster.startProgram('lws', {
    command: [programs.cmd, '--config', cluster.write('lws.yaml', configuration({ port, health, directory }))], kubeconfig: cluster.kubeconfig,
  });
  await until('the controller of LeaderWorkerSet works', () => fs.readFileSync(component.log, 'utf8').includes('Starting workers'), { seconds: 60 });
  return component;
}

interface Settings {
  readonly port: number;
  readonly health: number;
  readonly directory: string;
}

function configuration({ port, health, directory }: Settings): string {
  return JSON.stringify({
    apiVersion: 'config.lws.x-k8s.io/v1alpha1',
    kind: 'Configuration',
    leaderElection: { leaderElect: false },
    internalCertManagement: { enable: false },
    webhook: { port, host: '127.0.0.1', certDir: directory },
    metrics: { bindAddress: '0' },
    health: { healthProbeBindAddress: `127.0.0.1:${health}` },
  });
}

function atPort(configured: Webhooks, port: number, caBundle: string): Webhooks {
  const webhooks = configured.webhooks.map((webhook) => ({
    ...webhook,
    ...(/^[mv]pod\./.test(webhook.name) && { objectSelector: OF_GROUPS }),
    clientConfig: { url: `https://localhost:${port}${webhook.clientConfig.service.path}`, caBundle },
  }));
  return { ...configured, metadata: { name: `lws-${configured.metadata?.name}` }, webhooks } as unknown as Webhooks;
}

function untilEstablished(cluster: Cluster, name: string): Promise<unknown> {
  const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
  return until(`${name} is established`, async () => JSON.stringify(await cluster.client.get(reference)).includes('"type":"Established"'));
}
