/** What pods must reach outside their workspace, and the rules of NetworkPolicies that clouds share. Pure. */
import type { IPBlock, NetworkPolicyEgressRule, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import type { PlatformSpec } from '../api/platform';

/** What the pods of a workspace must reach on a cloud. */
export interface CloudNetwork {
  /** Addresses of DNS caches on the nodes, which answer in place of the cluster's DNS. */
  readonly dnsCaches: readonly string[];
  /** Where a pod gets the credentials of its identity. */
  readonly identity: readonly NetworkPolicyEgressRule[];
  /** The artifact store. */
  readonly store: readonly NetworkPolicyEgressRule[];
  /** The registry that images are pushed to. */
  readonly registry: readonly NetworkPolicyEgressRule[];
  /** Whether a mounted artifact is read by the pod itself, instead of by its node or by a pod of the driver. */
  readonly mountsFromPod: boolean;
}

const HTTPS = 443;

/**
 * What a machine tells of itself: link-local addresses, 169.254.169.254 among them, and the wire server of Azure, which has an address of
 * the internet («What is IP address 168.63.129.16?» at learn.microsoft.com).
 */
const MACHINE = ['168.63.129.16/32', '169.254.0.0/16'];
/** Networks of companies, clouds and clusters: RFC 1918 and RFC 6598. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];
/** The metadata of a machine of AWS over IPv6. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
const MACHINE_6 = ['fd00:ec2::254/128', 'fe80::/10'];
/** Unique local addresses, fd00:ec2::254 among them. */
const PRIVATE_6 = ['fc00::/7', 'fe80::/10'];

export function tcp(...ports: readonly (number | string)[]): NetworkPolicyPort[] {
  return ports.map((port) => ({ port, protocol: 'TCP' }));
}

export function ipBlock(cidr: string, except: readonly string[] = []): { readonly ipBlock: IPBlock } {
  return { ipBlock: { cidr, ...(except.length > 0 && { except: [...except].sort() }) } };
}

/** To these ranges, by TCP. */
export function toRanges(cidrs: readonly string[], ...ports: readonly number[]): NetworkPolicyEgressRule {
  return { to: cidrs.map((cidr) => ipBlock(cidr)), ports: tcp(...ports) };
}

/** Where a cluster's DNS runs, under the label that all distributions but OpenShift kept. */
const CLUSTER_DNS = inNamespaces(['kube-system'], { matchLabels: { 'k8s-app': 'kube-dns' } });

/**
 * The DNS of the cluster, and the caches of it on the nodes. That of OpenShift listens at another port than its Service, and a policy is of
 * what a connection reaches behind that.
 *
 * @see https://github.com/openshift/cluster-dns-operator/blob/master/assets/dns/service.yaml
 */
export function toDns({ openShift }: PlatformSpec, { dnsCaches }: CloudNetwork): NetworkPolicyEgressRule {
  if (openShift) return { to: [inNamespaces(['openshift-dns'])], ports: dnsPorts(5353) };
  return { to: [CLUSTER_DNS, ...dnsCaches.map((cidr) => ipBlock(cidr))], ports: dnsPorts(53) };
}

function dnsPorts(port: number): NetworkPolicyPort[] {
  return [{ port, protocol: 'UDP' }, ...tcp(port)];
}

/** The internet: neither private networks, nor what a machine tells of itself. */
export function toInternet(...ports: readonly number[]): NetworkPolicyEgressRule {
  return { to: [ipBlock('0.0.0.0/0', [...MACHINE, ...PRIVATE]), ipBlock('::/0', PRIVATE_6)], ports: tcp(...ports) };
}

/** Any address, private networks included, but what a machine tells of itself. */
export function toAnywhere(...ports: readonly number[]): NetworkPolicyEgressRule {
  return { to: [ipBlock('0.0.0.0/0', MACHINE), ipBlock('::/0', MACHINE_6)], ports: tcp(...ports) };
}

/** The store at the ranges that the platform names, or at `otherwise`, for policies know addresses and no names. */
export function toStore({ artifacts: { cidrs = [] } }: PlatformSpec, otherwise: NetworkPolicyEgressRule): NetworkPolicyEgressRule {
  return cidrs.length > 0 ? toRanges(cidrs, HTTPS) : otherwise;
}

/**
 * A host of two labels that is not a Service, by its end: as in networks of companies and homes, or on the internet, where those of two
 * letters are countries. https://www.rfc-editor.org/rfc/rfc6762#appendix-G, https://www.rfc-editor.org/rfc/rfc2606
 */
const OUTSIDE = /^[^.]+\.(?:[a-z]{2}|lan|local|localdomain|home|corp|internal|intranet|private|test|example|com|net|org|dev|cloud|app)$/;

/**
 * To a host that is given by its URL. A Service of the cluster, such as `minio.minio` or `minio.minio.svc`, is its namespace; an address
 * is itself; any other name can be anywhere, `proxy.lan` too.
 */
export function toHost(url: string): NetworkPolicyEgressRule {
  const { hostname, port } = hostOf(url);
  const [, namespace] = /^[a-z0-9-]+\.([a-z][a-z0-9-]*)(?:\.svc(?:\.[a-z0-9.-]+)?)?$/.exec(hostname) ?? [];
  if (namespace !== undefined && !OUTSIDE.test(hostname)) return { to: [inNamespaces([namespace])], ports: tcp(port) };
  if (/^\d+(\.\d+){3}$/.test(hostname)) return toRanges([`${hostname}/32`], port);
  if (hostname.includes(':')) return toRanges([`${hostname}/128`], port);
  return toAnywhere(port);
}

/** The port of a URL, or the one that its scheme implies. */
export function portOf(url: string): number {
  return hostOf(url).port;
}

/** The host of a URL such as `http://minio.minio:9000` or `registry.acme.example/ml`, and the port that it has or its scheme implies. */
function hostOf(url: string): { readonly hostname: string; readonly port: number } {
  const [, scheme = 'https', address = ''] = /^(?:(\w+):\/\/)?([^/]*)/.exec(url) ?? [];
  const [, hostname = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return { hostname: hostname.toLowerCase(), port: Number(port ?? (scheme === 'http' ? 80 : HTTPS)) };
}

/** All pods of some namespaces, or those that a selector chooses. */
export function inNamespaces(namespaces: readonly string[], pods?: NetworkPolicyPeer['podSelector']): NetworkPolicyPeer {
  return {
    namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] },
    ...(pods && { podSelector: pods }),
  };
}
