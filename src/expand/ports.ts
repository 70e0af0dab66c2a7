/** Names of the ports that pods of the kinds serve at, which NetworkPolicies name too. */

export const SERVER_PORT_NAME = 'http-serve';
export const NOTEBOOK_PORT_NAME = 'notebook';
/** Where the proxies of gateways ask an endpoint picker. */
export const PICKER_PORT_NAME = 'grpc-picker';
export const METRICS_PORT_NAME = 'metrics';

/** Name of the port of a Server's Service. */
export const SERVICE_PORT_NAME = 'http';

/** Ports of a Server that others may reach: its own, and what an author may add under these names. */
export const SERVER_PORT_NAMES = [SERVER_PORT_NAME, 'grpc', METRICS_PORT_NAME] as const;
