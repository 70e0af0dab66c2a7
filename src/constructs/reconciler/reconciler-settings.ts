/** What the objects of the reconciler are made from, and what they are called. */
import { PART_OF } from '../../api/labels';
import type { PlatformSpec, PodDefaultsSpec } from '../../api/platform';
import { RECONCILER } from '../../api/reconciler';
import type { Program } from './reconciler-program';

export const SELECTOR = { 'app.kubernetes.io/name': RECONCILER };
export const LABELS = { ...SELECTOR, ...PART_OF };

export const METRICS_PORT_NAME = 'metrics';

export interface ReconcilerSettings {
  readonly platform: PlatformSpec;
  readonly namespace: string;
  /** An image that has the program in it. */
  readonly image?: string;
  /** The program for Node's own image. */
  readonly program?: Program;
  readonly replicas: number;
  /** Namespaces that it works in, with Roles in each; absent if it works in all. */
  readonly namespaces?: readonly string[];
  readonly rollOnUpgrade: boolean;
  readonly logLevel: string;
  /** Cores. */
  readonly cpu: number;
  readonly memoryMebibytes: number;
  /** Rules for its pods, over those of the platform. */
  readonly podDefaults?: PodDefaultsSpec;
  readonly networkPolicy: boolean;
  readonly flowSchema: boolean;
  /** Labels of the PodMonitor; none without one. */
  readonly podMonitorLabels?: Readonly<Record<string, string>>;
}
