/** The values of the charts of KEDA, of its HTTP add-on and of the Prometheus operator: what differs from those of the charts. Pure. */
import type { EnginesSpec } from '../../../api/engines';
import type { PlatformSpec } from '../../../api/platform';

/** One is not enough: requests that it holds are lost with it, and all that are scaled go through it. */
const LEAST_INTERCEPTORS = 3;
/** Until endpoints forget a pod that stops. The default of the add-on. */
const SHUTDOWN_DELAY_SECONDS = 5;
/** After the last answer, until the program has ended. */
const END_SECONDS = 10;

/** With its metrics, which alerts read. */
export function kedaValues({ keda = {} }: EnginesSpec): object {
  return {
    ...(keda.clusterDomain !== undefined && { clusterDomain: keda.clusterDomain }),
    prometheus: { operator: { enabled: true } },
  };
}

/** @see https://keda.sh/http-add-on/0.15/operations/configure-interceptor/ */
export function httpAddOnValues({ keda = {} }: EnginesSpec, longestAnswerSeconds: number): object {
  return {
    interceptor: {
      replicas: { min: LEAST_INTERCEPTORS },
      ...(keda.interceptorPort !== undefined && { proxy: { port: keda.interceptorPort } }),
      shutdownDelay: `${SHUTDOWN_DELAY_SECONDS}s`,
      drainTimeout: `${longestAnswerSeconds}s`,
      terminationGracePeriodSeconds: SHUTDOWN_DELAY_SECONDS + longestAnswerSeconds + END_SECONDS,
    },
  };
}

/** Account and queue are those that it has rights by. https://karpenter.sh/docs/reference/settings/ */
export function karpenterValues(platform: PlatformSpec): object {
  return {
    settings: { clusterName: platform.clusterName, interruptionQueue: platform.nodeProvisioning?.queue, eksControlPlane: true },
    serviceAccount: { name: 'karpenter' },
    controller: { resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } } },
  };
}

/** The chart's Prometheus reads only monitors and rules with the label of its release; here those of any. */
export const PROMETHEUS_VALUES = {
  prometheus: { prometheusSpec: { podMonitorSelectorNilUsesHelmValues: false, ruleSelectorNilUsesHelmValues: false } },
};
