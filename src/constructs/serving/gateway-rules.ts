/**
 * What is computed from the metrics of a gateway, by team and by model, and when an alert is raised. Pure.
 *
 * Names of metrics, as they are exported by Envoy 1.38, the rate limit service 3fb70258 (src/stats/prom/default_mapper.yaml) and the
 * processor of Envoy AI Gateway 1.0 (internal/metrics/genai.go).
 */
import { alert, LEAST_REQUESTS_A_SECOND, PERCENT } from './alert-rules';
import type { Rule, RuleGroup } from './alert-rules';
import type { TeamSpec } from './gateway/team-spec';

export interface GatewayContext {
  readonly name: string;
  readonly namespace: string;
  /** Namespace of Envoy Gateway, where the rate limit service runs. */
  readonly controllerNamespace: string;
  readonly teams: readonly TeamSpec[];
  readonly timeToFirstTokenSeconds?: number;
  readonly errorRatio: number;
}

/** Series that the rules record, and that dashboards show. */
export const GATEWAY_RECORDED = {
  requests: 'team:requests:rate5m',
  tokens: 'team:tokens:rate5m',
  errorRatio: 'model:errors:ratio_rate5m',
  firstToken: 'model:time_to_first_token_seconds:p95_5m',
  keyExpiry: 'team_key:expiry_timestamp_seconds',
} as const;

const DAY_SECONDS = 86_400;
const REQUESTS = 'gen_ai_server_request_duration_seconds_count';
/** The part of the requests of a team that may be turned away. */
const MOST_REJECTED = 0.05;

export function gatewayGroups(gateway: GatewayContext): RuleGroup[] {
  const name = `substratus-gateway-${gateway.namespace}-${gateway.name}`;
  const quotas = gateway.teams.flatMap((team) => quotaAlerts(gateway, team));
  return [
    { name, interval: '30s', rules: [...recordings(gateway), ...gateway.teams.flatMap((team) => expiries(gateway, team))] },
    { name: `${name}-alerts`, interval: '30s', rules: [...gatewayAlerts(gateway), ...keyAlerts(gateway), ...quotas] },
  ];
}

function recordings({ name }: GatewayContext): Rule[] {
  const rate = (metric: string, where = '') => named(`rate(${metric}{gateway="${name}"${where}}[5m])`);
  const byModel = 'by (gateway, model)';
  return [
    { record: GATEWAY_RECORDED.requests, expr: `sum by (gateway, team, model) (${rate(REQUESTS)})` },
    { record: GATEWAY_RECORDED.tokens, expr: `sum by (gateway, team, model, gen_ai_token_type) (${rate('gen_ai_client_token_usage_sum')})` },
    {
      record: GATEWAY_RECORDED.errorRatio,
      expr: `sum ${byModel} (${rate(REQUESTS, ', error_type!=""')}) / (sum ${byModel} (${rate(REQUESTS)}) > ${LEAST_REQUESTS_A_SECOND})`,
    },
    {
      record: GATEWAY_RECORDED.firstToken,
      expr: `histogram_quantile(0.95, sum by (gateway, model, le) (${rate('gen_ai_server_time_to_first_token_seconds_bucket')}))`,
    },
  ];
}

/** With the name of the model that was asked for, and of the team, which the id of a client begins with. */
function named(metric: string): string {
  return `label_replace(label_replace(${metric}, "team", "$1", "client_id", "([^.]+).*"), "model", "$1", "gen_ai_original_model", "(.+)")`;
}

/** A key is good until the end of its last day. */
function expiries({ name }: GatewayContext, { name: team, keys }: TeamSpec): Rule[] {
  return keys.map(({ secretKey, expires }) => ({
    record: GATEWAY_RECORDED.keyExpiry, expr: `vector(${Date.parse(`${expires}T00:00:00Z`) / 1000 + DAY_SECONDS})`, labels: { gateway: name, team, client_id: secretKey },
  }));
}

function keyAlerts({ name, teams }: GatewayContext): Rule[] {
  if (!teams.some(({ keys }) => keys.length > 0)) return [];
  const left = `${GATEWAY_RECORDED.keyExpiry}{gateway="${name}"} - time()`;
  const todo = 'Rotate it: substratus keys rotate {{ $labels.client_id }}, and raise expires in code';
  return [
    alert({ name: 'KeyExpiresSoon', expr: `${left} < ${7 * DAY_SECONDS} > 0`, lasts: '0m', summary: 'Key {{ $labels.client_id }} expires in {{ $value | humanizeDuration }}', todo }),
    alert({ name: 'KeyExpired', expr: `${left} <= 0`, lasts: '0m', severity: 'critical', summary: 'Key {{ $labels.client_id }} has expired, and the next deployment takes it away', todo }),
  ];
}

function gatewayAlerts(gateway: GatewayContext): Rule[] {
  const { name, controllerNamespace, errorRatio } = gateway;
  return [
    alert({
      name: 'GatewayUnlimited', lasts: '1m', severity: 'critical',
      expr: `sum by (gateway) (rate(envoy_cluster_ratelimit_failure_mode_allowed{gateway="${name}"}[5m])) > 0`,
      summary: `Gateway ${name} lets requests pass without limits or quotas, for the rate limit service or its Redis does not answer`,
      todo: `kubectl logs -n ${controllerNamespace} deployment/envoy-ratelimit`,
    }),
    alert({
      name: 'RateLimitDown', lasts: '1m', severity: 'critical',
      expr: `kube_deployment_status_replicas_available{namespace="${controllerNamespace}", deployment="envoy-ratelimit"} == 0`,
      summary: `No replica of the rate limit service works, so that gateway ${name} knows neither limits nor quotas`,
      todo: `kubectl describe pods -n ${controllerNamespace}`,
    }),
    alert({
      name: 'GatewayErrors', lasts: '10m', expr: `${GATEWAY_RECORDED.errorRatio}{gateway="${name}"} > ${errorRatio}`,
      summary: `Gateway ${name}: ${PERCENT} of the answers of model {{ $labels.model }} are errors, and the objective is ${100 * errorRatio} %`,
      todo: 'The alerts of its Server say why, or its status: substratus status',
    }),
    ...firstTokenAlert(gateway),
    alert({
      name: 'GatewayCertificateExpires', lasts: '1h', expr: `min by (gateway) (envoy_server_days_until_first_cert_expiring{gateway="${name}"}) < 14`,
      summary: `A certificate of gateway ${name} expires in {{ $value }} days`,
      todo: 'cert-manager renews its own 30 days ahead: kubectl describe certificate. Another one is renewed by hand.',
    }),
  ];
}

function firstTokenAlert({ name, timeToFirstTokenSeconds: seconds }: GatewayContext): Rule[] {
  if (seconds === undefined) return [];
  return [alert({
    name: 'GatewaySlowFirstToken', lasts: '10m', expr: `${GATEWAY_RECORDED.firstToken}{gateway="${name}"} > ${seconds}`,
    summary: `Gateway ${name}: one answer in 20 of model {{ $labels.model }} begins after {{ $value | humanizeDuration }}, and the objective is ${seconds} s`,
    todo: 'The time is that which clients see, with waiting for a replica to start. Give its Server more replicas, or keep one awake.',
  })];
}

/** Of limits for a minute, which count requests, and of quotas for a month, which count what answers have cost. */
function quotaAlerts(gateway: GatewayContext, team: TeamSpec): Rule[] {
  const { name } = gateway;
  const labelled = (rule: Rule): Rule => ({ ...rule, labels: { ...rule.labels, gateway: name, team: team.name } });
  const { minutes, months } = rulePlaces(gateway.teams, team);
  return [
    ...minutes.map((place) => {
      const rate = (what: string) => `sum(rate(ratelimit_service_rate_limit_${what}${ruleSelector(gateway, place)}[5m]))`;
      return labelled(alert({
        name: 'TeamRateLimited', lasts: '10m', expr: `${rate('over_limit')} / (${rate('total_hits')} > ${LEAST_REQUESTS_A_SECOND}) > ${MOST_REJECTED}`,
        summary: `Team ${team.name}: ${PERCENT} of its requests are turned away (429), for they are more than its limit for a minute`,
        todo: 'Raise requestsPerMinute of the team or of its key, or have its clients wait as Retry-After says',
      }));
    }),
    ...months.flatMap((place) => {
      const counted = (what: string) => `sum(increase(ratelimit_service_rate_limit_${what}${ruleSelector(gateway, place)}[30m])) > 0`;
      const todo = 'Raise tokensPerMonth or budget of the team; substratus usage shows which key and which model used it';
      return [
        labelled(alert({ name: 'TeamQuotaNearlyUsed', expr: counted('near_limit'), lasts: '0m', summary: `Team ${team.name} has used more than 80 % of its quota of the month`, todo })),
        labelled(alert({ name: 'TeamQuotaUsed', expr: counted('over_limit'), lasts: '0m', summary: `Team ${team.name} has used its quota of the month, and is turned away (429)`, todo })),
      ];
    }),
  ];
}

/** Where the limits of a team are in the list of rules, by which the rate limit service names them (gateway/limits.ts). */
export function rulePlaces(teams: readonly TeamSpec[], team: TeamSpec): { readonly minutes: number[]; readonly months: number[] } {
  const index = teams.indexOf(team);
  const hasMonths = teams.some(({ tokensPerMonth, budget }) => tokensPerMonth !== undefined || budget !== undefined);
  const first = (hasMonths ? 2 * teams.length : 0) + teams.slice(0, index).reduce((sum, other) => sum + minuteLimits(other), 0);
  return {
    minutes: Array.from({ length: minuteLimits(team) }, (_, place) => first + place),
    months: [...team.tokensPerMonth === undefined ? [] : [2 * index], ...team.budget === undefined ? [] : [2 * index + 1]],
  };
}

function minuteLimits({ requestsPerMinute, keys }: TeamSpec): number {
  return [requestsPerMinute, ...keys.map((key) => key.requestsPerMinute)].filter((limit) => limit !== undefined).length;
}

function ruleSelector({ namespace, name }: GatewayContext, place: number): string {
  return `{domain="${namespace}/${name}", key1=~".*/rule/${place}(_.*)?"}`;
}
