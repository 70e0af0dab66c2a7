/** What is kept of what an autoscaler says of itself. */
import type { LiveObject } from '../kube/types';

/** A condition of a ScaledObject or HorizontalPodAutoscaler, by the name that the Server's status gives it. */
export interface ScalerCondition {
  readonly type: 'Autoscaling' | 'Active';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** `Ready` is KEDA's word for that it works, `ScalingActive` that of Kubernetes. */
const NAMES: Readonly<Record<string, ScalerCondition['type']>> = { Ready: 'Autoscaling', ScalingActive: 'Autoscaling', Active: 'Active' };
/** What the API server asks of a reason; KEDA leaves it empty at first. */
const NO_REASON = 'Unknown';

interface ConditionLike {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ScalerLike extends LiveObject {
  readonly status?: { readonly conditions?: readonly ConditionLike[] };
}

export function scalerConditions({ status }: ScalerLike): ScalerCondition[] {
  return (status?.conditions ?? []).flatMap(({ type, status: holds, reason, message = '' }) => {
    const name = NAMES[type];
    return name ? [{ type: name, status: holds as ScalerCondition['status'], reason: reason?.trim() ? reason : NO_REASON, message }] : [];
  });
}
