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

/** https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload */
const KUBE_STATE = ['kube_deployment_status_replicas_available', 'kube_deployment_spec_replicas', 'kube_pod_status_phase'];

/** Of the reconciler: what its program registers. */
function reconcilerMetrics(): string[] {
  const directory = path.join(__dirname, '../../../src/reconciler');
  const files = (fs.readdirSync(directory, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
  const text = files.map((file) => fs.readFileSync(path.join(directory, file), 'utf8')).join('\n');
  return [...text.matchAll(/\b(counter|gauge|histogram)\('(\w+)'/g)].map(([, type, name]) => (type === 'histogram' ? `${name}_bucket` : String(name)));
}

export const EXPORTED: readonly string[] = [...VLLM, ...LLAMA_CPP, ...KUBE_STATE, ...reconcilerMetrics()];

const WORDS = ['and', 'or', 'unless', 'on', 'by', 'sum', 'max', 'absent'];

/** The metrics that an expression of PromQL names. */
export function metricsIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}/g, ' ').replace(/\[[^\]]*\]/g, ' ').replace(/\b(by|on) \([^)]*\)/g, ' ');
  return [...new Set([...bare.matchAll(/[a-z_][\w:]*(?![\w:]*\s*\()/gi)].map(([name]) => name).filter((name) => !WORDS.includes(name)))];
}
