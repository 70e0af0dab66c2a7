/** What the programs that are watched export, by their sources. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** vLLM 0.32.0: v1/metrics/loggers.py (prometheus_client adds `_total` to counters) and entrypoints/serve/instrumentator/metrics.py. */
const VLLM = [
  'vllm:num_requests_running', 'vllm:num_requests_waiting', 'vllm:kv_cache_usage_perc', 'vllm:num_preemptions_total', 'vllm:prompt_tokens_total',
  'vllm:generation_tokens_total', 'vllm:prefix_cache_hits_total', 'vllm:prefix_cache_queries_total', 'vllm:time_to_first_token_seconds_bucket',
  'vllm:inter_token_latency_seconds_bucket', 'vllm:e2e_request_latency_seconds_bucket', 'vllm:request_queue_time_seconds_bucket', 'http_requests_total',
];

/** llama.cpp b11434: tools/server/server-task.cpp. */
const LLAMA_CPP = ['llamacpp:requests_processing', 'llamacpp:requests_deferred', 'llamacpp:prompt_tokens_total', 'llamacpp:tokens_predicted_total'];

/** text-embeddings-inference 1.9: router/src/http/server.rs, core/src/queue.rs, core/src/infer.rs; its counters have no suffix. */
const EMBEDDINGS = ['te_queue_size', 'te_request_count', 'te_request_failure', 'te_request_input_length_sum'];

/** KEDA 2.21: pkg/metricscollector/prommetrics.go; HTTP add-on 0.15: interceptor/metrics/instruments.go. */
const KEDA = ['keda_scaled_object_errors_total', 'interceptor_request_concurrency', 'interceptor_request_count_total'];

/**
 * Of the gateway, as the programs themselves export them: Envoy 1.38 (source/extensions/filters/common/ratelimit/stat_names.h), Envoy AI
 * Gateway 1.0 (internal/metrics/genai.go), ratelimit 3fb70258 (src/stats/prom/default_mapper.yaml).
 */
const GATEWAY = [
  'envoy_cluster_ratelimit_failure_mode_allowed', 'envoy_cluster_ratelimit_over_limit', 'envoy_http_downstream_rq_xx', 'envoy_server_days_until_first_cert_expiring',
  'gen_ai_server_request_duration_seconds_count', 'gen_ai_client_token_usage_sum', 'gen_ai_server_time_to_first_token_seconds_bucket',
  'ratelimit_service_rate_limit_over_limit', 'ratelimit_service_rate_limit_near_limit', 'ratelimit_service_rate_limit_total_hits',
];

/** https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload */
const KUBE_STATE = ['kube_deployment_status_replicas_available', 'kube_deployment_spec_replicas', 'kube_pod_status_phase'];

/** Of the reconciler: what its program registers. */
function reconcilerMetrics(): string[] {
  const directory = path.join(__dirname, '../../../src/reconciler');
  const files = (fs.readdirSync(directory, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
  const text = files.map((file) => fs.readFileSync(path.join(directory, file), 'utf8')).join('\n');
  return [...text.matchAll(/\b(counter|gauge|histogram)\('(\w+)'/g)].map(([, type, name]) => (type === 'histogram' ? `${name}_bucket` : String(name)));
}

const ENGINES = [...VLLM, ...LLAMA_CPP, ...EMBEDDINGS];

export const EXPORTED: readonly string[] = [...ENGINES, ...KEDA, ...GATEWAY, ...KUBE_STATE, ...reconcilerMetrics()];

const WORDS = ['and', 'or', 'unless', 'on', 'by', 'sum', 'max', 'absent'];

/** The metrics that an expression of PromQL names. */
export function metricsIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}/g, ' ').replace(/"[^"]*"/g, ' ').replace(/\[[^\]]*\]/g, ' ').replace(/\b(by|on) \([^)]*\)/g, ' ');
  return [...new Set([...bare.matchAll(/[a-z_][\w:]*(?![\w:]*\s*\()/gi)].map(([name]) => name).filter((name) => !WORDS.includes(name)))];
}
