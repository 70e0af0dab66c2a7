/** The admission of OpenShift (test/cluster/openshift) as a webhook of the cluster: each namespace has a range of users of its own. */
import * as fs from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1';
import { judged, NAMESPACE_USER } from '../../cluster/openshift/judge';
import { writeCertificates } from '../../engines/certificates';
import type { NodeCluster } from '../node-cluster';

const HOST = 'localhost';
/** How many users a namespace has. */
const RANGE = 10_000;
/** Pods of the cluster itself. */
const SYSTEM = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

interface Review {
  readonly request: { readonly uid: string; readonly namespace: string; readonly object: Pod };
}

/** Answers the API server, and knows which namespace has which users. */
export class OpenShiftAdmission {
  private readonly namespaces: string[] = [];
  private readonly server: Server;

  constructor(private readonly directory: string) {
    writeCertificates(directory, HOST);
    const file = (name: string) => fs.readFileSync(path.join(directory, name));
    this.server = createServer({ cert: file('tls.crt'), key: file('tls.key') }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.end(JSON.stringify(this.answer(JSON.parse(Buffer.concat(chunks).toString()) as Review))));
    });
  }

  /** Listens, and tells the cluster to ask. */
  public async start(cluster: NodeCluster): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, HOST, resolve));
    const { port } = this.server.address() as AddressInfo;
    const caBundle = fs.readFileSync(path.join(this.directory, 'ca.crt')).toString('base64');
    await cluster.client.create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'openshift' },
      webhooks: [{
        name: 'scc.openshift.test',
        admissionReviewVersions: ['v1'],
        clientConfig: { url: `https://${HOST}:${port}/`, caBundle },
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: SYSTEM }] },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        sideEffects: 'None',
        timeoutSeconds: 30,
      }],
    } as object);
  }

  public stop(): void {
    this.server.close();
  }

  /** The user of all pods of a namespace. */
  public userOf(namespace: string): number {
    if (!this.namespaces.includes(namespace)) this.namespaces.push(namespace);
    return NAMESPACE_USER + RANGE * this.namespaces.indexOf(namespace);
  }

  private answer({ request: { uid, namespace, object } }: Review): object {
    const named = { ...object, metadata: { ...object.metadata, name: object.metadata?.name ?? `${object.metadata?.generateName}x`, namespace } };
    const [verdict] = judged([named], { firstUser: this.userOf(namespace) });
    const refused = { allowed: false, status: { code: 403, message: verdict?.problem } };
    const response = { uid, ...(verdict?.pod ? { allowed: true, ...patch(verdict.pod) } : refused) };
    return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
  }
}

function patch({ metadata, spec }: Pod): object {
  const operations = [
    { op: 'replace', path: '/spec', value: spec }, { op: 'add', path: '/metadata/annotations', value: metadata?.annotations ?? {} },
  ];
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
}
