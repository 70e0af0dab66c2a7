import { existsSync, readFileSync } from 'node:fs';
import { SYSTEM_CLOCK } from '../clock';
import type { Clock } from '../clock';
import type { ClientConfig } from './client-config';
import { kubeconfigFrom } from './kubeconfig';
import { FileToken } from './token';

/** Where Kubernetes puts what a pod needs. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface LoadConfigOptions {
  readonly clock?: Clock;
  /** Where the service account's token and certificate are. */
  readonly serviceAccountFolder?: string;
}

/**
 * The configuration of the environment: the file that `KUBECONFIG` names, else that of the pod this runs in.
 *
 * @throws Error if there is neither, or the file asks for what this client does not do.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>, options: LoadConfigOptions = {}): ClientConfig {
  const { clock = SYSTEM_CLOCK, serviceAccountFolder = SERVICE_ACCOUNT_FOLDER } = options;
  const { KUBECONFIG: kubeconfig, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (kubeconfig) return kubeconfigFrom(kubeconfig, clock);
  if (!host) throw new Error('no API server is known; run in a pod, or set KUBECONFIG to a kubeconfig file');
  const namespaceFile = `${serviceAccountFolder}/namespace`;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: readFileSync(`${serviceAccountFolder}/ca.crt`, 'utf8'),
    token: new FileToken(`${serviceAccountFolder}/token`, clock),
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined,
  };
}
