/** What the program of the reconciler and the construct that ships it must agree on. */

/** Name of the Deployment, the ServiceAccount and the Lease. */
export const RECONCILER = 'substratus-reconciler';

/** The namespace that it runs in, unless the platform names another. */
export const DEFAULT_RECONCILER_NAMESPACE = 'substratus';

/** The ConfigMap with the platform. */
export const PLATFORM_CONFIG_MAP = 'substratus-platform';

/** Where the platform is mounted, and under which name it lies there. */
export const PLATFORM_DIRECTORY = '/etc/substratus';
export const PLATFORM_FILE_NAME = 'platform.json';

/** Secret with the key of the notebooks' tokens, at the key `key`; made by the program, and mounted. */
export const TOKEN_KEY_SECRET = 'substratus-token-key';
export const TOKEN_KEY_DIRECTORY = '/etc/substratus-token-key';
export const TOKEN_KEY_FILE_NAME = 'key';

export const HEALTH_PORT = 8081;
export const METRICS_PORT = 8080;
