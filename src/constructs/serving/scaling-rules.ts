/**
 * When an alert is raised of Servers that KEDA and its HTTP add-on scale. Pure.
 *
 * Names of metrics: KEDA 2.21 (pkg/metricscollector/prommetrics.go), its HTTP add-on 0.15 (interceptor/metrics/instruments.go), as the
 * exporter of OpenTelemetry writes them, kube-state-metrics 2.x.
 */
import { alert } from './alert-rules';
import type { Objective, Rule, RuleContext, RuleGroup, ScalingContext } from './alert-rules';

/** Of Servers without an objective of their own: most models have started by then. */
const DEFAULT_COLD_START_SECONDS = 900;
const INTERCEPTOR = 'keda-add-ons-http-interceptor';

export function scalingGroups(context: RuleContext, scaling: ScalingContext): RuleGroup[] {
  if (context.namespaces.length === 0) return [];
  return [{ name: 'substratus-scaling-alerts', interval: '30s', rules: [...coldStarts(context), ...failures(context, scaling)] }];
}

/** Requests are there, and no replica that could answer them: in the whole time of a start the one or the other is otherwise. */
function coldStarts({ namespaces, objectives }: RuleContext): Rule[] {
  const asleep = `kube_deployment_status_replicas_available{namespace=~"${namespaces.join('|')}", deployment=~".+-server"} == 0`;
  const held = `sum by (namespace, deployment) (${ofRoute('interceptor_request_concurrency')}) > 0`;
  const own = objectives.filter(({ coldStartSeconds }) => coldStartSeconds !== undefined);
  const others = [asleep, ...own.map((objective) => `${asleep.split('{')[0]}${selector(objective)}`)].join(' unless ');
  const limits = [{ which: `(${others})`, seconds: DEFAULT_COLD_START_SECONDS },
    ...own.map((objective) => ({ which: `(${asleep.split('{')[0]}${selector(objective)} == 0)`, seconds: objective.coldStartSeconds ?? 0 }))];
  return limits.map(({ which, seconds }) => alert({
    name: 'ServerColdStartSlow', expr: `(${held}) and on (namespace, deployment) ${which}`, lasts: `${seconds}s`,
    summary: `Deployment {{ $labels.namespace }}/{{ $labels.deployment }}: {{ $value }} requests have waited for ${seconds} s, and no replica has started`,
    todo: 'There may be no capacity of its GPU, or an image that cannot be pulled: substratus status -n {{ $labels.namespace }}',
  }));
}

function failures({ namespaces }: RuleContext, { kedaNamespace, namespaceLabel }: ScalingContext): Rule[] {
  return [
    alert({
      name: 'ServerColdStartFailed', lasts: '0m', severity: 'critical',
      expr: `sum by (namespace, deployment) (${ofRoute('increase(interceptor_request_count_total{code="504"}[10m])')}) > 0`,
      summary: 'Deployment {{ $labels.namespace }}/{{ $labels.deployment }}: requests were given up (504), for no replica has started in time',
      todo: 'Its status says why none starts: substratus status -n {{ $labels.namespace }}. If it takes longer than that, raise startupTimeout.',
    }),
    alert({
      name: 'ServerScalingFails', lasts: '5m',
      expr: `sum by (${namespaceLabel}, scaledObject) (rate(keda_scaled_object_errors_total{${namespaceLabel}=~"${namespaces.join('|')}"}[5m])) > 0`,
      summary: `KEDA fails to scale {{ $labels.${namespaceLabel} }}/{{ $labels.scaledObject }}, which stays as it is: at zero too`,
      todo: `kubectl describe scaledobject -n {{ $labels.${namespaceLabel} }} {{ $labels.scaledObject }}; kubectl logs -n ${kedaNamespace} deployment/keda-operator`,
    }),
    alert({
      name: 'InterceptorDown', lasts: '1m', severity: 'critical',
      expr: `kube_deployment_status_replicas_available{namespace="${kedaNamespace}", deployment="${INTERCEPTOR}"} == 0`,
      summary: 'No interceptor of KEDA works: no Server that is scaled by its requests can be reached',
      todo: `kubectl describe pods -n ${kedaNamespace} && kubectl logs -n ${kedaNamespace} deployment/${INTERCEPTOR}`,
    }),
  ];
}

/** A route has the name of the Deployment behind it. */
function ofRoute(metric: string): string {
  return `label_replace(label_replace(${metric}, "namespace", "$1", "route_namespace", "(.+)"), "deployment", "$1", "route_name", "(.+)")`;
}

function selector({ namespace, server }: Objective): string {
  return `{namespace="${namespace}", deployment="${server}-server"}`;
}
