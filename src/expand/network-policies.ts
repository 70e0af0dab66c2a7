/** The NetworkPolicies of a workspace: nothing comes in, and nothing goes out, but what the kinds are for. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type {
  NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicySpec,
} from 'kubernetes-types/networking/v1';
import { MANAGED_BY } from '../api/labels';
import { buildNamespaceOf, workspaceOf } from '../api/platform';
import type { PlatformSpec, WorkspaceSpec } from '../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE, RECONCILER } from '../api/reconciler';
import { API_GROUP } from '../api/resource';
import { inNamespaces, tcp, toAnywhere, toDns, toHost, toInternet } from '../clouds/network';
import type { CloudNetwork } from '../clouds/network';
import { cloudNamed } from '../clouds/pods';
import { PICKER_ROLE } from './child';
import { kedaOf } from './keda';
import { GROUP_LABEL, WORKER_ROLE } from './lws';
import { proxyPeers } from './model-gateway';
import { podDefaultsOf } from './pod-defaults';
import { METRICS_PORT_NAME, NOTEBOOK_PORT_NAME, PICKER_PORT_NAME, SERVER_PORT_NAME, SERVER_PORT_NAMES } from './ports';
import { proxyUrls } from './proxy';

const STORE_ACCESS_LABEL = `${API_GROUP}/store-access`;
/** On pods that copy their inputs from the store themselves, before their program starts. */
export const STORE_ACCESS = { [STORE_ACCESS_LABEL]: 'true' } as const;
/**
 * On pods that do not, where others do. Said of these too, so that a pod of an older release, which has no such label, keeps its access: it
 * may be one that downloads, which its Deployment or Job makes again after an eviction.
 */
export const NO_STORE_ACCESS = { [STORE_ACCESS_LABEL]: 'false' } as const;

const HTTPS = 443;
/** Of an API server that is not behind a load balancer. */
const API_SERVER = 6443;
/** The package sources of Debian and Ubuntu, which sign what they hold. */
const HTTP = 80;

const SERVERS: LabelSelector = { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'Exists' }] };
/** Servers whose replicas are pods, each on its own, where there are others too. */
const SINGLE_SERVERS: LabelSelector = { ...SERVERS, matchExpressions: [...SERVERS.matchExpressions ?? [], { key: GROUP_LABEL, operator: 'DoesNotExist' }] };
const GROUPS: LabelSelector = { matchExpressions: [{ key: 'server', operator: 'Exists' }, { key: GROUP_LABEL, operator: 'Exists' }] };
const NOTEBOOKS: LabelSelector = { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'notebook', operator: 'Exists' }] };
const JOBS_AND_NOTEBOOKS: LabelSelector = { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'DoesNotExist' }] };
const HELPERS: LabelSelector = { matchExpressions: [{ key: 'role', operator: 'In', values: ['check', 'publish', 'delete'] }] };
const DOWNLOADS: LabelSelector = { matchLabels: { ...STORE_ACCESS } };
const NOT_TOLD_OTHERWISE = { key: STORE_ACCESS_LABEL, operator: 'NotIn', values: Object.values(NO_STORE_ACCESS) };
/** Pods without the label too. */
const PERHAPS_DOWNLOADS: LabelSelector = { matchLabels: { role: 'run' }, matchExpressions: [NOT_TOLD_OTHERWISE] };
const GROUPS_TOO: LabelSelector = { matchExpressions: [{ key: 'role', operator: 'In', values: ['run', WORKER_ROLE] }, NOT_TOLD_OTHERWISE] };
const PICKERS: LabelSelector = { matchLabels: { role: PICKER_ROLE }, matchExpressions: [{ key: 'server', operator: 'Exists' }] };
const BUILDS: LabelSelector = { matchLabels: { role: 'build' } };

interface PolicyContext {
  readonly platform: PlatformSpec;
  readonly workspace: WorkspaceSpec;
  readonly network: CloudNetwork;
  /** To the proxies that pods are told of. */
  readonly proxies: readonly NetworkPolicyEgressRule[];
}

/**
 * The policies of a namespace: those of a workspace unless it turns them off, of another namespace those of our own pods. Those for
 * builds are where a workspace builds.
 */
export function networkPolicies(platform: PlatformSpec, namespace: string): NetworkPolicy[] {
  const declared = workspaceOf(platform, namespace);
  if (declared?.networkPolicies === false) return [];
  const ground: PolicyContext = {
    platform,
    workspace: declared ?? { namespace },
    network: cloudNamed(platform.cloud).network(platform),
    proxies: proxyUrls(podDefaultsOf({ platform, namespace }).env).map(toHost),
  };
  return [
    policy(ground, 'default', everyPod(ground, declared !== undefined)),
    policy(ground, 'servers', servers(ground)),
    ...(platform.leaderWorkerSet ? [policy(ground, 'groups', groups(ground))] : []),
    ...(platform.inferenceExtension ? [policy(ground, 'pickers', pickers(ground))] : []),
    policy(ground, 'notebooks', notebooks(ground)),
    policy(ground, 'jobs-and-notebooks', jobsAndNotebooks(ground)),
    policy(ground, 'store', egressOf(HELPERS, credentialsAndStore(ground))),
    policy(ground, 'downloads', egressOf(downloading(ground), credentialsAndStore(ground))),
    ...(declared?.builds ? buildPolicies(ground) : []),
  ];
}

/** A namespace that is for builds alone has the rule for every pod too. */
function buildPolicies(ground: PolicyContext): NetworkPolicy[] {
  const { platform, workspace: { namespace } } = ground;
  const buildNamespace = buildNamespaceOf(platform, namespace);
  const policies = [policy(ground, 'builds', egressOf(BUILDS, builds(ground)))];
  const all = buildNamespace === namespace ? policies : [policy(ground, 'default', everyPod(ground, true)), ...policies];
  return all.map(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, namespace: buildNamespace } }));
}

/** Whether pods that download reach what others do not: not where the pod itself mounts from the store, or the store is a directory. */
export function tellsDownloads({ store, mountsFromPod }: CloudNetwork): boolean {
  return store.length > 0 && !mountsFromPod;
}

function policy({ workspace: { namespace } }: PolicyContext, name: string, spec: NetworkPolicySpec): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `substratus-${name}`, namespace, labels: { ...MANAGED_BY } },
    spec,
  };
}

/** Nothing but DNS, for every pod of ours. A namespace that was not declared may hold pods of others, which are left alone. */
function everyPod({ platform, network }: PolicyContext, isDeclared: boolean): NetworkPolicySpec {
  return {
    podSelector: isDeclared ? {} : { matchLabels: { ...MANAGED_BY } },
    policyTypes: ['Ingress', 'Egress'],
    egress: [toDns(platform, network)],
  };
}

/** Pods that copy their inputs from the store themselves, or that nobody has told apart. */
function downloading({ network, platform: { leaderWorkerSet } }: PolicyContext): LabelSelector {
  if (!tellsDownloads(network)) return DOWNLOADS;
  return leaderWorkerSet ? GROUPS_TOO : PERHAPS_DOWNLOADS;
}

/**
 * The workspace at any port, for an author may add others to the Service of a Server, by `pod.ports`; KEDA and gateways at the port that
 * they pass requests to; the namespaces that it names, and those that read metrics, at the ports that serve.
 */
function servers(ground: PolicyContext): NetworkPolicySpec {
  return serving(ground, ground.platform.leaderWorkerSet ? SINGLE_SERVERS : SERVERS, [{ from: [{ podSelector: {} }] }]);
}

/** The workspace too at the ports that serve only: what the pods of a group hear of each other at other ports, they run. */
function groups(ground: PolicyContext): NetworkPolicySpec {
  return serving(ground, GROUPS, [{ from: [{ podSelector: {} }], ports: tcp(...SERVER_PORT_NAMES) }]);
}

function serving(ground: PolicyContext, podSelector: LabelSelector, workspace: readonly NetworkPolicyIngressRule[]): NetworkPolicySpec {
  const { keda, monitoringNamespaces = [] } = ground.platform;
  const openTo = [...new Set([...ground.workspace.serversOpenTo ?? [], ...monitoringNamespaces])];
  return {
    podSelector,
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      ...workspace,
      ...(keda ? [{ from: [inNamespaces([kedaOf({ keda }).namespace])], ports: tcp(SERVER_PORT_NAME) }] : []),
      ...fromGateways(ground.platform, SERVER_PORT_NAME),
      ...(openTo.length === 0 ? [] : [{ from: [inNamespaces(openTo)], ports: tcp(...SERVER_PORT_NAMES) }]),
    ],
    ...withEgress(mounted(ground)),
  };
}

/** The proxies of gateways: of those that are ours, and of others that ask endpoint pickers and then go to the pods themselves. */
function fromGateways(platform: PlatformSpec, port: string): NetworkPolicyIngressRule[] {
  const { gatewayNamespaces = [] } = platform.inferenceExtension ?? {};
  const from = [...proxyPeers(platform), ...(gatewayNamespaces.length > 0 ? [inNamespaces(gatewayNamespaces)] : [])];
  return from.length > 0 ? [{ from, ports: tcp(port) }] : [];
}

/** They read the metrics of the Servers, and by the API server, whose address no policy knows, which pods there are. */
function pickers({ platform }: PolicyContext): NetworkPolicySpec {
  const { monitoringNamespaces = [] } = platform;
  return {
    podSelector: PICKERS,
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      ...fromGateways(platform, PICKER_PORT_NAME),
      ...(monitoringNamespaces.length === 0 ? [] : [{ from: [inNamespaces(monitoringNamespaces)], ports: tcp(METRICS_PORT_NAME) }]),
    ],
    egress: [{ to: [{ podSelector: SERVERS }], ports: tcp(SERVER_PORT_NAME) }, toAnywhere(HTTPS, API_SERVER)],
  };
}

/** The reconciler, which asks how long nobody has used it. People come by `kubectl port-forward`, from the node, which no policy blocks. */
function notebooks({ platform }: PolicyContext): NetworkPolicySpec {
  const { reconcilerNamespace = DEFAULT_RECONCILER_NAMESPACE } = platform;
  const reconciler = inNamespaces([reconcilerNamespace], { matchLabels: { 'app.kubernetes.io/name': RECONCILER } });
  const ingress: NetworkPolicyIngressRule[] = [{ from: [reconciler], ports: tcp(NOTEBOOK_PORT_NAME) }];
  return { podSelector: NOTEBOOKS, policyTypes: ['Ingress'], ingress };
}

function jobsAndNotebooks(ground: PolicyContext): NetworkPolicySpec {
  const { workspace: { private: isPrivate } } = ground;
  return egressOf(JOBS_AND_NOTEBOOKS, [
    { to: serversInReach(ground) },
    ...toInterceptor(ground.platform),
    ...mounted(ground),
    ...Object.values(ground.platform.mirrors ?? {}).map(toHost),
    ...(isPrivate ? [] : [toInternet(HTTPS), ...ground.proxies]),
  ]);
}

/** The Servers of the workspace itself, and of those that open theirs to it. */
function serversInReach({ platform: { workspaces = [] }, workspace: { namespace } }: PolicyContext) {
  const open = workspaces.filter(({ serversOpenTo = [] }) => serversOpenTo.includes(namespace)).map((other) => other.namespace);
  return [{ podSelector: SERVERS }, ...(open.length > 0 ? [inNamespaces(open, SERVERS)] : [])];
}

/**
 * By which Servers are reached that KEDA scales. It does not tell who asks, so that who reaches it reaches the Servers of all workspaces
 * behind it.
 */
export function toInterceptor({ keda }: PlatformSpec): NetworkPolicyEgressRule[] {
  const { namespace, interceptorPort } = kedaOf({ keda });
  return keda ? [{ to: [inNamespaces([namespace])], ports: tcp(interceptorPort) }] : [];
}

/** What it takes to read mounted artifacts. No proxy: the driver beside the program, which reads them, is not told of one. */
function mounted({ network: { mountsFromPod, identity, store } }: PolicyContext): NetworkPolicyEgressRule[] {
  return mountsFromPod ? [...identity, ...store] : [];
}

function credentialsAndStore({ network: { identity, store }, proxies }: PolicyContext): NetworkPolicyEgressRule[] {
  return [...identity, ...store, ...proxies];
}

function builds({ network: { identity, registry }, proxies, workspace: { private: isPrivate } }: PolicyContext): NetworkPolicyEgressRule[] {
  return [...identity, ...registry, ...proxies, ...(isPrivate ? [] : [toInternet(HTTP, HTTPS)])];
}

function egressOf(podSelector: LabelSelector, egress: readonly NetworkPolicyEgressRule[]): NetworkPolicySpec {
  return { podSelector, policyTypes: ['Egress'], ...withEgress(egress) };
}

/** The same rule twice would be noise: identity and store may be one and the same. */
function withEgress(rules: readonly NetworkPolicyEgressRule[]): Pick<NetworkPolicySpec, 'egress'> {
  const egress = [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
  return egress.length > 0 ? { egress } : {};
}
