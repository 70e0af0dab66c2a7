/** What the objects of the reconciler are made from, and what they are called. */
import type { PlatformSpec } from '../api/platform';
import type { Program } from './reconciler-program';

/** Name of the Deployment, and of all that is there once. */
export const RECONCILER = 'substratus-reconciler';
export const PLATFORM_CONFIG_MAP = 'substratus-platform';
export const TOKEN_KEY_SECRET = 'substratus-token-key';

export const SELECTOR = { 'app.kubernetes.io/name': RECONCILER };

/* Not `managed-by`: that says whose children something is. */
export const LABELS = { ...SELECTOR, 'app.kubernetes.io/part-of': 'substratus' };

export const HEALTH_PORT = 8081;
export const METRICS_PORT = 8080;
export const METRICS_PORT_NAME = 'metrics';

export interface ReconcilerSettings {
  readonly platform: PlatformSpec;
  readonly namespace: string;
  /** An image that has the program in it. */
  readonly image?: string;
  /** The program for Node's own image. */
  readonly program?: Program;
  readonly replicas: number;
  readonly watchNamespaces: readonly string[];
  readonly rollOnUpgrade: boolean;
  readonly logLevel: string;
  /** Cores. */
  readonly cpu: number;
  readonly memoryMebibytes: number;
  readonly networkPolicy: boolean;
  /** Labels of the PodMonitor; none without one. */
  readonly podMonitorLabels?: Readonly<Record<string, string>>;
}
