/**
 * What is computed from the metrics of Servers and of the reconciler, and when an alert is raised. Pure.
 *
 * Names of metrics: vLLM 0.32 (vllm/v1/metrics/loggers.py, and the HTTP instrumentator of its API server), llama.cpp b11434
 * (tools/server/server-task.cpp), text-embeddings-inference 1.9 (router/src/http/server.rs, core/src/queue.rs and infer.rs),
 * controller-runtime's for the reconciler, kube-state-metrics 2.x.
 */
import { RECONCILER } from '../../api/reconciler';

/** A rule in Prometheus' own form, which its operator and Google's take alike. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

/** What a Server promises. */
export interface Objective {
  readonly namespace: string;
  readonly server: string;
  readonly timeToFirstTokenSeconds?: number;
  readonly errorRatio?: number;
  /** How long requests may wait until a replica has started. */
  readonly coldStartSeconds?: number;
}

/** What a Prometheus is told of a Server that starts only when it is asked. */
export interface ScalingContext {
  /** Where KEDA and its HTTP add-on are. */
  readonly kedaNamespace: string;
  /** The label under which the metrics of KEDA and its add-on have the namespace of a Server. */
  readonly namespaceLabel: 'namespace' | 'exported_namespace';
}

export interface RuleContext {
  /** Those of the workspaces. */
  readonly namespaces: readonly string[];
  readonly reconcilerNamespace: string;
  /** Of Servers without an objective of their own. */
  readonly errorRatio: number;
  readonly objectives: readonly Objective[];
}

/** Series that the rules record, and that dashboards show; each by namespace and server. */
export const RECORDED = {
  running: 'server:requests_running:sum',
  waiting: 'server:requests_waiting:sum',
  requests: 'server:http_requests:rate5m',
  errorRatio: 'server:http_errors:ratio_rate5m',
  promptTokens: 'server:prompt_tokens:rate5m',
  generatedTokens: 'server:generated_tokens:rate5m',
  firstToken: 'server:time_to_first_token_seconds:p95_5m',
  cacheUsage: 'server:kv_cache_usage:max',
} as const;

const BY_SERVER = 'by (namespace, server)';
/** So few requests say nothing of a ratio. */
export const LEAST_REQUESTS_A_SECOND = 0.01;
/** Failures of text-embeddings-inference that are its own, and not those of who asks. */
const TEI_ERRORS = 'inference|overloaded';

export function ruleGroups(context: RuleContext): RuleGroup[] {
  return [
    { name: 'substratus-servers', interval: '30s', rules: recordings() },
    { name: 'substratus-server-alerts', interval: '30s', rules: [...serverAlerts(context), ...podAlerts(context)] },
    { name: 'substratus-reconciler-alerts', interval: '30s', rules: reconcilerAlerts(context) },
  ];
}

/** All engines under one name. A pod has the metrics of one engine only, so that `or` adds nothing twice. */
function recordings(): Rule[] {
  const rate = (metric: string, where = '') => `rate(${metric}{server!=""${where}}[5m])`;
  const sumOf = (...metrics: readonly string[]) => `sum ${BY_SERVER} (${metrics.join(' or ')})`;
  const requests = sumOf(rate('http_requests_total'), rate('te_request_count'));
  const errors = sumOf(rate('http_requests_total', ', status="5xx"'), rate('te_request_failure', `, err=~"${TEI_ERRORS}"`));
  const records: Readonly<Record<keyof typeof RECORDED, string>> = {
    running: sumOf('vllm:num_requests_running', 'llamacpp:requests_processing'),
    waiting: sumOf('vllm:num_requests_waiting', 'llamacpp:requests_deferred', 'te_queue_size'),
    requests,
    errorRatio: `${errors} / (${requests} > ${LEAST_REQUESTS_A_SECOND})`,
    promptTokens: sumOf(rate('vllm:prompt_tokens_total'), rate('llamacpp:prompt_tokens_total'), rate('te_request_input_length_sum')),
    generatedTokens: sumOf(rate('vllm:generation_tokens_total'), rate('llamacpp:tokens_predicted_total')),
    firstToken: `histogram_quantile(0.95, sum by (namespace, server, le) (${rate('vllm:time_to_first_token_seconds_bucket')}))`,
    cacheUsage: `max ${BY_SERVER} (vllm:kv_cache_usage_perc)`,
  };
  return Object.entries(RECORDED).map(([key, record]) => ({ record, expr: records[key as keyof typeof RECORDED] }));
}

const SERVER = 'Server {{ $labels.namespace }}/{{ $labels.server }}';
export const PERCENT = '{{ $value | humanizePercentage }}';

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly lasts: string;
  readonly severity?: 'warning' | 'critical';
  readonly summary: string;
  readonly todo: string;
}

export function alert({ name, expr, lasts, severity = 'warning', summary, todo }: Alert): Rule {
  return { alert: `Substratus${name}`, expr, for: lasts, labels: { severity }, annotations: { summary, description: todo } };
}

function serverAlerts(context: RuleContext): Rule[] {
  return [
    alert({
      name: 'ServerQueueNotDraining', expr: `${RECORDED.waiting} > 0`, lasts: '10m',
      summary: `${SERVER}: requests have been waiting for 10 minutes, {{ $value }} of them now`,
      todo: 'All replicas compute as much as they can. Give it more replicas, or a GPU with more memory for the cache.',
    }),
    alert({
      name: 'ServerCacheFull', expr: `${RECORDED.cacheUsage} > 0.95 and on (namespace, server) sum ${BY_SERVER} (rate(vllm:num_preemptions_total[5m])) > 0`, lasts: '10m',
      summary: `${SERVER}: the cache of keys and values is full, and requests are computed again`,
      todo: 'Lower maxModelLen or the number of requests at once, keep the cache in fp8, or use a GPU with more memory.',
    }),
    ...errorAlerts(context),
    ...context.objectives.flatMap(firstTokenAlert),
  ];
}

function errorAlerts({ errorRatio, objectives }: RuleContext): Rule[] {
  const own = objectives.filter((objective) => objective.errorRatio !== undefined);
  const others = [RECORDED.errorRatio, ...own.map((objective) => `${RECORDED.errorRatio}${selector(objective)}`)].join(' unless ');
  const limits = [{ series: `(${others})`, ratio: errorRatio }, ...own.map((each) => ({ series: `${RECORDED.errorRatio}${selector(each)}`, ratio: each.errorRatio ?? errorRatio }))];
  return limits.flatMap(({ series, ratio }) => [
    alert({
      name: 'ServerErrors', expr: `${series} > ${ratio}`, lasts: '10m',
      summary: `${SERVER}: ${PERCENT} of its answers are errors, and its objective is ${100 * ratio} %`, todo: ERRORS_TODO,
    }),
    alert({
      name: 'ServerErrorsHigh', expr: `${series} > ${Math.min(0.5, 4 * ratio)}`, lasts: '5m', severity: 'critical',
      summary: `${SERVER}: ${PERCENT} of its answers are errors`, todo: ERRORS_TODO,
    }),
  ]);
}

const ERRORS_TODO = 'Its log says why: substratus logs server/{{ $labels.server }} -n {{ $labels.namespace }}';

function firstTokenAlert(objective: Objective): Rule[] {
  const { timeToFirstTokenSeconds: seconds } = objective;
  if (seconds === undefined) return [];
  return [alert({
    name: 'ServerSlowFirstToken', expr: `${RECORDED.firstToken}${selector(objective)} > ${seconds}`, lasts: '10m',
    summary: `${SERVER}: one answer in 20 begins after {{ $value | humanizeDuration }}, and its objective is ${seconds} s`,
    todo: 'Prompts wait for each other: give it more replicas, or limit how long they may be by maxModelLen.',
  })];
}

function selector({ namespace, server }: Objective): string {
  return `{namespace="${namespace}", server="${server}"}`;
}

/** By kube-state-metrics, where it is there. */
function podAlerts({ namespaces }: RuleContext): Rule[] {
  if (namespaces.length === 0) return [];
  const inWorkspaces = `namespace=~"${namespaces.join('|')}"`;
  const deployments = `{${inWorkspaces}, deployment=~".+-server"}`;
  return [
    alert({
      name: 'ServerDown', lasts: '5m', severity: 'critical',
      expr: `kube_deployment_status_replicas_available${deployments} == 0 and on (namespace, deployment) kube_deployment_spec_replicas${deployments} > 0 `
        + `and on (namespace, deployment) max_over_time(kube_deployment_status_replicas_available${deployments}[1h]) > 0`,
      summary: 'Deployment {{ $labels.namespace }}/{{ $labels.deployment }}: no replica answers, and one did within the last hour',
      todo: 'Its status says why: substratus status -n {{ $labels.namespace }}',
    }),
    alert({
      name: 'PodPending', lasts: '30m',
      expr: `kube_pod_status_phase{${inWorkspaces}, phase="Pending"} == 1`,
      summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} has not started for 30 minutes',
      todo: 'There may be no capacity of its GPU, or an image that cannot be pulled: kubectl describe pod -n {{ $labels.namespace }} {{ $labels.pod }}',
    }),
  ];
}

function reconcilerAlerts({ reconcilerNamespace: namespace }: RuleContext): Rule[] {
  const where = `{namespace="${namespace}"}`;
  const logs = `Its log says why: kubectl logs -n ${namespace} deployment/${RECONCILER}`;
  return [
    alert({
      name: 'ReconcilerDown', expr: `absent(leader_election_master_status${where} == 1)`, lasts: '10m', severity: 'critical',
      summary: `The reconciler in ${namespace} does not work: what is applied does not run, and Servers do not roll`, todo: logs,
    }),
    alert({
      name: 'ReconcilerPanics', expr: `sum(increase(controller_runtime_reconcile_panics_total${where}[15m])) > 0`, lasts: '0m', severity: 'critical',
      summary: 'The reconciler met a defect of its own; the resource says ReconcilerError', todo: logs,
    }),
    alert({
      name: 'ReconcilerErrors', lasts: '15m',
      expr: `sum(rate(controller_runtime_reconcile_errors_total${where}[5m])) / sum(rate(controller_runtime_reconcile_total${where}[5m])) > 0.1`,
      summary: `${PERCENT} of what the reconciler does fails`, todo: logs,
    }),
    alert({
      name: 'ReconcilerBehind', lasts: '15m',
      expr: `histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket${where}[5m]))) > 60`,
      summary: 'A change waits for {{ $value | humanizeDuration }} until the reconciler looks at it', todo: 'Give it more CPU, or see whether the API server is slow.',
    }),
  ];
}
