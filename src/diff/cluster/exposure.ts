/** Whether a gateway can be reached from the internet: by its load balancer, which annotations make an internal one. */
import { cloudNamed } from '../../clouds/pods';
import type { KubeObject } from '../../expand';
import type { ClusterState } from '../../state/state';
import type { Pair } from '../pairs';
import type { ClusterPair } from './context';

interface ProxySpec {
  readonly provider?: { readonly kubernetes?: { readonly envoyService?: EnvoyService } };
}

interface EnvoyService {
  readonly type?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where that changes. */
export function exposureNote({ from, to }: Pair<KubeObject>, cluster: ClusterPair): string | undefined {
  if (from?.kind !== 'EnvoyProxy' || to?.kind !== 'EnvoyProxy') return undefined;
  const [before, after] = [isOpen(from, cluster.from), isOpen(to, cluster.to)];
  if (before === after || before === undefined || after === undefined) return undefined;
  return after ? 'the gateway is reachable from the internet' : 'the gateway is not reachable from the internet any more: clients there lose it';
}

/** `undefined` where the cloud is not known. */
function isOpen(proxy: KubeObject, cluster: ClusterState | undefined): boolean | undefined {
  const service = (proxy as { readonly spec?: ProxySpec }).spec?.provider?.kubernetes?.envoyService;
  if (!service || !cluster?.platform) return undefined;
  const { type = 'LoadBalancer', annotations = {} } = service;
  const { loadBalancer } = cloudNamed(cluster.platform.cloud);
  const isInternal = loadBalancer && Object.entries(loadBalancer.internal).every(([name, value]) => annotations[name] === value);
  return type === 'LoadBalancer' && !isInternal;
}
