/** Weaviate, in a Chart of plain cdk8s: what this library has no kind for stands beside what it has one for. */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';

const IMAGE = 'cr.weaviate.io/semitechnologies/weaviate:1.35.2';
const NAME = 'weaviate';
const HTTP = { name: 'http', port: 8080 };
const GRPC = { name: 'grpc', port: 50051 };
/** Its embeddings come from a Server of ours, and nobody has to log in who gets through the NetworkPolicy. */
const SETTINGS = {
  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true',
  CLUSTER_HOSTNAME: `${NAME}-0`,
  DEFAULT_VECTORIZER_MODULE: 'none',
  DISABLE_TELEMETRY: 'true',
  PERSISTENCE_DATA_PATH: '/var/lib/weaviate',
};

/** One replica with a disk, which only pods of its namespace reach. */
export class Weaviate extends Construct {
  /** Where it is for them; HTTP on port 8080, gRPC on 50051. */
  public readonly host = NAME;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const labels = { app: NAME };
    new ApiObject(this, 'Resource', {
      apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: NAME },
      spec: {
        serviceName: NAME,
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec() },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } } }],
      },
    });
    new ApiObject(this, 'Service', {
      apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec: { selector: labels, ports: [HTTP, GRPC] },
    });
    new ApiObject(this, 'NetworkPolicy', {
      apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: NAME },
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    });
  }
}

function podSpec(): object {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{
      name: NAME,
      image: IMAGE,
      args: ['--host', '0.0.0.0', '--port', String(HTTP.port), '--scheme', 'http'],
      env: Object.entries(SETTINGS).map(([name, value]) => ({ name, value })),
      ports: [HTTP, GRPC].map(({ name, port }) => ({ name, containerPort: port })),
      readinessProbe: { httpGet: { path: '/v1/.well-known/ready', port: HTTP.name } },
      resources: { requests: { cpu: '500m', memory: '1Gi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'data', mountPath: SETTINGS.PERSISTENCE_DATA_PATH }],
    }],
  };
}
