/**
 * How Envoy asks a picker, and goes where it says: as Envoy AI Gateway 1.0 sets it up (internal/extensionserver/inferencepool.go), which
 * answers with an error where no picker does, and as a gateway does that fails open.
 */
const HEADER = 'x-gateway-destination-endpoint';
const [SERVICE, PICKERS] = ['service', 'pickers'];

export interface EnvoyPorts {
  readonly admin: number;
  /** Set up as by Envoy AI Gateway. */
  readonly closed: number;
  /** Set up by a gateway that knows the replicas itself, and takes any where no picker answers. */
  readonly open: number;
}

interface Addresses {
  readonly ports: EnvoyPorts;
  /** Of the Service of the pickers, by which Envoy AI Gateway asks them. */
  readonly service: number;
  /** Of the pickers themselves, which other gateways know from the endpoints of the Service. */
  readonly pickers: readonly number[];
  readonly replicas: readonly Endpoint[];
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export function bootstrap({ ports, service, pickers, replicas }: Addresses): object {
  return {
    admin: { address: address('127.0.0.1', ports.admin) },
    static_resources: {
      listeners: [
        listener(ports.closed, { failsOpen: false, cluster: 'named', picker: SERVICE }), listener(ports.open, { failsOpen: true, cluster: 'known', picker: PICKERS }),
      ],
      clusters: [pickerCluster(SERVICE, [service]), { ...pickerCluster(PICKERS, pickers), ...KNOWS_WHO_ANSWERS }, {
        name: 'named', type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', connect_timeout: '10s',
        original_dst_lb_config: { use_http_header: true, http_header_name: HEADER },
      }, {
        name: 'known', type: 'STATIC', load_assignment: endpoints('known', replicas),
        load_balancing_policy: policy('override_host', 'OverrideHost', {
          override_host_sources: [{ header: HEADER }], fallback_policy: policy('round_robin', 'RoundRobin'),
        }),
      }],
    },
  };
}

/**
 * In place of the endpoints of a Service. A request fails open only where it is known beforehand that no picker answers: once its body is
 * on the way to one there is nothing left to send (https://github.com/envoyproxy/envoy/pull/41276).
 */
const KNOWS_WHO_ANSWERS = {
  common_lb_config: { healthy_panic_threshold: { value: 0 } },
  health_checks: [{ timeout: '1s', interval: '0.2s', no_traffic_interval: '0.2s', unhealthy_threshold: 1, healthy_threshold: 1, tcp_health_check: {} }],
};

interface Route {
  readonly failsOpen: boolean;
  readonly cluster: string;
  readonly picker: string;
}

function listener(port: number, { failsOpen, cluster, picker }: Route): object {
  const processor = {
    grpc_service: { envoy_grpc: { cluster_name: picker } },
    processing_mode: {
      request_header_mode: 'SEND', request_body_mode: 'FULL_DUPLEX_STREAMED', request_trailer_mode: 'SEND',
      response_header_mode: 'SEND', response_body_mode: 'FULL_DUPLEX_STREAMED', response_trailer_mode: 'SEND',
    },
    message_timeout: '300s',
    failure_mode_allow: failsOpen,
  };
  const manager = {
    stat_prefix: cluster,
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster, timeout: '0s' } }] }] },
    http_filters: [
      { name: 'picker', ...typedConfig('filters.http.ext_proc', processor, 'ExternalProcessor') },
      { name: 'router', ...typedConfig('filters.http.router', {}, 'Router') },
    ],
  };
  const filter = { name: 'http', ...typedConfig('filters.network.http_connection_manager', manager, 'HttpConnectionManager') };
  return { name: cluster, address: address('127.0.0.1', port), filter_chains: [{ filters: [filter] }] };
}

/** The picker shows a certificate that it has made itself. */
function pickerCluster(name: string, ports: readonly number[]): object {
  return {
    name, type: 'STATIC', connect_timeout: '10s', load_assignment: endpoints(name, ports.map((port) => ({ host: '127.0.0.1', port }))),
    transport_socket: { name: 'tls', ...typedConfig('transport_sockets.tls', { common_tls_context: {} }, 'UpstreamTlsContext') },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': typeUrl('upstreams.http', 'HttpProtocolOptions'), 'explicit_http_config': { http2_protocol_options: {} },
      },
    },
  };
}

function endpoints(name: string, all: readonly Endpoint[]): object {
  const lb_endpoints = all.map(({ host, port }) => ({ endpoint: { address: address(host, port) } }));
  return { cluster_name: name, endpoints: [{ lb_endpoints }] };
}

function address(host: string, port: number): object {
  return { socket_address: { address: host, port_value: port } };
}

function policy(name: string, message: string, config: object = {}): object {
  const area = `load_balancing_policies.${name}`;
  return { policies: [{ typed_extension_config: { name: area, ...typedConfig(area, config, message) } }] };
}

function typedConfig(area: string, config: object, message: string): { readonly typed_config: object } {
  return { typed_config: { '@type': typeUrl(area, message), ...config } };
}

function typeUrl(area: string, message: string): string {
  return `type.googleapis.com/envoy.extensions.${area}.v3.${message}`;
}
