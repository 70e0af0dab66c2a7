/** Dashboards of Grafana, as JSON. Pure. */
import { RECORDED } from './alert-rules';
import { GATEWAY_RECORDED } from './gateway-rules';

/** A curve, or several: one for each series that the query gives. */
interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly queries: readonly (readonly [expr: string, legend: string])[];
}

interface Variable {
  readonly name: string;
  readonly query: string;
  readonly all?: boolean;
}

export interface Dashboard {
  readonly file: string;
  readonly json: string;
}

const WIDTH = 12;
const HEIGHT = 8;
/** Of Grafana 9 and newer, which migrate it to theirs. */
const SCHEMA_VERSION = 38;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export function dashboards(reconcilerNamespace: string): Dashboard[] {
  return [fleet(), server(), reconciler(reconcilerNamespace)];
}

/** Of gateways, and of the teams that use them. */
export function gatewayDashboards(): Dashboard[] {
  return [gateway(), teams()];
}

function gateway(): Dashboard {
  const only = '{gateway=~"$gateway"}';
  const each = '{{gateway}} {{model}}';
  const envoy = (metric: string, by: string) => `sum by (${by}) (rate(${metric}${only}[5m]))`;
  return dashboard('substratus-gateway', {
    title: 'Substratus: gateways',
    variables: [{ name: 'gateway', query: `label_values(${GATEWAY_RECORDED.requests}, gateway)`, all: true }],
    panels: [
      { title: 'Requests', unit: 'reqps', queries: [[`sum by (gateway, model) (${GATEWAY_RECORDED.requests}${only})`, each]] },
      { title: 'Errors', unit: 'percentunit', queries: [[`${GATEWAY_RECORDED.errorRatio}${only}`, each]] },
      { title: 'Until the first token, 95th percentile', unit: 's', queries: [[`${GATEWAY_RECORDED.firstToken}${only}`, each]] },
      { title: 'Answers', unit: 'reqps', queries: [[envoy('envoy_http_downstream_rq_xx', 'gateway, envoy_response_code_class'), '{{gateway}} {{envoy_response_code_class}}xx']] },
      { title: 'Turned away by limits and quotas', unit: 'reqps', queries: [[envoy('envoy_cluster_ratelimit_over_limit', 'gateway'), '{{gateway}}']] },
      { title: 'Let pass without limits', unit: 'reqps', queries: [[envoy('envoy_cluster_ratelimit_failure_mode_allowed', 'gateway'), '{{gateway}}']] },
    ],
  });
}

function teams(): Dashboard {
  const only = '{team=~"$team"}';
  const tokens = `${GATEWAY_RECORDED.tokens}${only}`;
  return dashboard('substratus-teams', {
    title: 'Substratus: teams and tokens',
    variables: [{ name: 'team', query: `label_values(${GATEWAY_RECORDED.requests}, team)`, all: true }],
    panels: [
      { title: 'Requests by team', unit: 'reqps', queries: [[`sum by (team) (${GATEWAY_RECORDED.requests}${only})`, '{{team}}']] },
      { title: 'Tokens by team', unit: 'short', queries: [[`sum by (team, gen_ai_token_type) (${tokens})`, '{{team}} {{gen_ai_token_type}}']] },
      { title: 'Tokens by team and model', unit: 'short', queries: [[`sum by (team, model) (${tokens})`, '{{team}} {{model}}']] },
      { title: 'Tokens in the range, by team', unit: 'short', queries: [[`sum by (team) (sum_over_time(${tokens}[$__range]) * 30)`, '{{team}}']] },
      { title: 'Until keys expire', unit: 's', queries: [[`${GATEWAY_RECORDED.keyExpiry}${only} - time()`, '{{client_id}}']] },
    ],
  });
}

function fleet(): Dashboard {
  const only = '{namespace=~"$namespace"}';
  const each = '{{namespace}}/{{server}}';
  return dashboard('substratus-fleet', {
    title: 'Substratus: all Servers',
    variables: [{ name: 'namespace', query: `label_values(${RECORDED.running}, namespace)`, all: true }],
    panels: [
      { title: 'Requests', unit: 'reqps', queries: [[`${RECORDED.requests}${only}`, each]] },
      { title: 'Errors', unit: 'percentunit', queries: [[`${RECORDED.errorRatio}${only}`, each]] },
      { title: 'Tokens generated', unit: 'short', queries: [[`${RECORDED.generatedTokens}${only}`, each]] },
      { title: 'Requests that wait', unit: 'short', queries: [[`${RECORDED.waiting}${only}`, each]] },
      { title: 'First token, 95th percentile', unit: 's', queries: [[`${RECORDED.firstToken}${only}`, each]] },
      { title: 'Cache of keys and values', unit: 'percentunit', queries: [[`${RECORDED.cacheUsage}${only}`, each]] },
    ],
  });
}

function server(): Dashboard {
  const only = '{namespace="$namespace", server="$server"}';
  const percentile = (metric: string, quantile: number) => `histogram_quantile(${quantile}, sum by (le) (rate(${metric}_bucket${only}[5m])))`;
  const percentiles = (metric: string) => ([[0.5, 'median'], [0.95, '95th percentile']] as const).map(([quantile, name]) => [percentile(metric, quantile), name] as const);
  return dashboard('substratus-server', {
    title: 'Substratus: one Server',
    variables: [
      { name: 'namespace', query: `label_values(${RECORDED.running}, namespace)` },
      { name: 'server', query: `label_values(${RECORDED.running}{namespace="$namespace"}, server)` },
    ],
    panels: [
      { title: 'Requests', unit: 'short', queries: [[`${RECORDED.running}${only}`, 'running'], [`${RECORDED.waiting}${only}`, 'waiting']] },
      { title: 'Tokens a second', unit: 'short', queries: [[`${RECORDED.promptTokens}${only}`, 'prompt'], [`${RECORDED.generatedTokens}${only}`, 'generated']] },
      { title: 'First token', unit: 's', queries: percentiles('vllm:time_to_first_token_seconds') },
      { title: 'Between two tokens', unit: 's', queries: percentiles('vllm:inter_token_latency_seconds') },
      { title: 'Whole answer', unit: 's', queries: percentiles('vllm:e2e_request_latency_seconds') },
      { title: 'Waiting for its turn', unit: 's', queries: percentiles('vllm:request_queue_time_seconds') },
      {
        title: 'Cache', unit: 'percentunit', queries: [
          [`${RECORDED.cacheUsage}${only}`, 'in use'],
          [`sum(rate(vllm:prefix_cache_hits_total${only}[5m])) / sum(rate(vllm:prefix_cache_queries_total${only}[5m]))`, 'prompts found in it'],
        ],
      },
      { title: 'Errors', unit: 'percentunit', queries: [[`${RECORDED.errorRatio}${only}`, 'errors']] },
    ],
  });
}

function reconciler(namespace: string): Dashboard {
  const only = `{namespace="${namespace}"}`;
  return dashboard('substratus-reconciler', {
    title: 'Substratus: the reconciler',
    variables: [],
    panels: [
      { title: 'Resources looked at', unit: 'ops', queries: [[`sum by (controller, result) (rate(controller_runtime_reconcile_total${only}[5m]))`, '{{controller}} {{result}}']] },
      { title: 'Errors', unit: 'ops', queries: [[`sum(rate(controller_runtime_reconcile_errors_total${only}[5m]))`, 'errors']] },
      { title: 'Waiting until looked at, 99th percentile', unit: 's', queries: [[`histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket${only}[5m])))`, 'wait']] },
      { title: 'Waiting', unit: 'short', queries: [[`sum(workqueue_depth${only})`, 'resources']] },
      { title: 'Requests to the API server', unit: 'reqps', queries: [[`sum by (code) (rate(rest_client_requests_total${only}[5m]))`, '{{code}}']] },
      { title: 'Memory', unit: 'bytes', queries: [[`process_resident_memory_bytes${only}`, '{{pod}}']] },
    ],
  });
}

interface Content {
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

function dashboard(uid: string, { title, variables, panels }: Content): Dashboard {
  const json = {
    uid,
    title,
    tags: ['substratus'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, ...variables.map(variable)] },
    panels: panels.map(panel),
  };
  return { file: `${uid}.json`, json: `${JSON.stringify(json, undefined, 1)}\n` };
}

function variable({ name, query, all = false }: Variable): object {
  const range = all ? { includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' } } : {};
  return { name, type: 'query', datasource: DATASOURCE, query: { query, refId: name }, refresh: 2, sort: 1, ...range };
}

function panel({ title, unit, queries }: Panel, index: number): object {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: DATASOURCE,
    gridPos: { x: index % 2 * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(([expr, legendFormat], query) => ({ refId: 'ABCD'[query], datasource: DATASOURCE, expr, legendFormat })),
  };
}
