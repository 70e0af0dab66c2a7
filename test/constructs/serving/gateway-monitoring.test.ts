import { App, Chart, Duration } from 'cdk8s';
import { ModelGateway, Monitoring, MonitoringSystem, Server } from '../../../src';
import type { MonitoringProps, Platform } from '../../../src';
import { RECORDED, ruleGroups } from '../../../src/constructs/serving/alert-rules';
import type { RuleGroup } from '../../../src/constructs/serving/alert-rules';
import { limitRules } from '../../../src/constructs/serving/gateway/limits';
import type { TeamSpec } from '../../../src/constructs/serving/gateway/team-spec';
import { GATEWAY_RECORDED, gatewayGroups, rulePlaces } from '../../../src/constructs/serving/gateway-rules';
import { scalingGroups } from '../../../src/constructs/serving/scaling-rules';
import { schemaErrors } from '../../schemas/validate';
import { gcp, messageOf, objectsOf, untyped } from '../fixtures';
import { EXPORTED, metricsIn } from './metrics';
import { expectAlerts, problemsOf, PROMTOOL } from './promtool';

const withPromtool = PROMTOOL ? test : test.skip;

interface Written {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: Readonly<Record<string, unknown>> & { readonly groups?: readonly RuleGroup[] };
  readonly data?: Readonly<Record<string, string>>;
}

interface Watched {
  readonly app: App;
  readonly chart: Chart;
  readonly platform: Platform;
  readonly monitoring: Monitoring;
  readonly gateway: ModelGateway;
}

function watched(props: Partial<MonitoringProps> = {}): Watched {
  const platform = gcp();
  platform.addWorkspace('team-a');
  platform.addEnvoyGateway();
  const app = new App();
  const chart = new Chart(app, 'system');
  const gateway = new ModelGateway(new Chart(app, 'models', { namespace: 'model-gateway' }), 'models', { platform });
  gateway.serve(Server.fromServerAttributes(chart, 'chat', { serverName: 'chat', serverNamespace: 'team-a' }));
  return { app, chart, platform, gateway, monitoring: new Monitoring(chart, 'monitoring', { platform, ...props }) };
}

const written = (chart: Chart): Written[] => objectsOf(chart) as Written[];
const named = (chart: Chart, name: string): Written | undefined => written(chart).find(({ metadata }) => metadata?.name === name);
const namesOf = (chart: Chart): string[] => written(chart).map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
const groupsOf = (chart: Chart): readonly RuleGroup[] => written(chart).flatMap(({ spec }) => spec?.groups ?? []);
const alertsOf = (groups: readonly RuleGroup[]): string[] => groups.flatMap(({ rules }) => rules.flatMap(({ alert = [] }) => alert));

describe('what is watched', () => {
  test('KEDA and its interceptor, wherever the platform says that they are there, before or after', () => {
    const { chart, platform } = watched();
    expect(namesOf(chart).join()).not.toContain('interceptor');
    expect(alertsOf(groupsOf(chart))).not.toContain('SubstratusInterceptorDown');
    platform.addKeda({ namespace: 'scaling' });
    expect(named(chart, 'substratus-keda')?.spec).toMatchObject({
      namespaceSelector: { matchNames: ['scaling'] }, selector: { matchLabels: { app: 'keda-operator' } }, podMetricsEndpoints: [{ port: 'metrics', honorLabels: true }],
    });
    expect(named(chart, 'substratus-interceptor')?.spec).toMatchObject({
      podMetricsEndpoints: [{ port: 'proxy', relabelings: [{ targetLabel: '__address__', replacement: '$1:2223' }] }],
    });
    expect(alertsOf(groupsOf(chart))).toContain('SubstratusInterceptorDown');
  });

  test('whenever an engine is added: the same bytes', () => {
    const yaml = (first: boolean): string => {
      const platform = gcp();
      platform.addWorkspace('team-a');
      const app = new App();
      if (first) platform.addKeda();
      new Monitoring(new Chart(app, 'system'), 'monitoring', { platform });
      if (!first) platform.addKeda();
      return app.synthYaml();
    };
    expect(yaml(true)).toBe(yaml(false));
  });

  test('endpoint pickers, in the workspaces', () => {
    const { chart, platform } = watched();
    platform.addInferenceExtension();
    platform.addWorkspace('team-b');
    expect(named(chart, 'substratus-pickers')?.spec).toMatchObject({
      namespaceSelector: { matchNames: ['team-a', 'team-b'] }, selector: { matchLabels: { role: 'picker' } }, podMetricsEndpoints: [{ port: 'metrics', path: '/metrics' }],
    });
  });

  test('the proxies of a gateway, the processor beside them, and the rate limit service', () => {
    const { chart, monitoring, gateway } = watched();
    monitoring.addGateway(gateway);
    expect(named(chart, 'substratus-gateway-model-gateway-models')?.spec).toMatchObject({
      namespaceSelector: { matchNames: ['envoy-gateway-system'] },
      selector: { matchLabels: { 'gateway.envoyproxy.io/owning-gateway-name': 'models', 'gateway.envoyproxy.io/owning-gateway-namespace': 'model-gateway' } },
      podMetricsEndpoints: [{ port: 'metrics', path: '/stats/prometheus' }, { port: 'aigw-admin', path: '/metrics' }],
    });
    expect(named(chart, 'substratus-rate-limits')?.spec).toMatchObject({ selector: { matchLabels: { 'app.kubernetes.io/component': 'ratelimit' } } });
    expect(namesOf(chart)).toEqual(expect.arrayContaining(['ConfigMap substratus-gateway-dashboard', 'ConfigMap substratus-teams-dashboard']));
  });

  test("by Google's too, whose metrics of KEDA have the namespace of a Server under another label", () => {
    const { chart, platform, monitoring, gateway } = watched({ system: MonitoringSystem.GOOGLE_MANAGED });
    platform.addKeda();
    monitoring.addGateway(gateway);
    expect(namesOf(chart)).toEqual(expect.arrayContaining(['ClusterPodMonitoring substratus-keda', 'ClusterPodMonitoring substratus-gateway-model-gateway-models']));
    expect(named(chart, 'substratus-interceptor')?.spec).toMatchObject({ endpoints: [{ port: 2223 }] });
    expect(named(chart, 'substratus-gateway-model-gateway-models')?.spec).toMatchObject({
      targetLabels: { fromPod: [{ from: 'gateway.envoyproxy.io/owning-gateway-name', to: 'gateway' }] },
    });
    expect(JSON.stringify(groupsOf(chart))).toContain('sum by (exported_namespace, scaledObject)');
  });

  test('dashboards name series that there are', () => {
    const { chart, monitoring, gateway } = watched();
    monitoring.addGateway(gateway);
    const maps = ['substratus-gateway-dashboard', 'substratus-teams-dashboard'].map((name) => named(chart, name));
    expect(maps.flatMap((map) => schemaErrors(map, 'current'))).toEqual([]);
    const texts = maps.flatMap((map) => Object.values(map?.data ?? {}));
    const boards = texts.map((text) => JSON.parse(text) as { panels: { targets: { expr: string }[] }[] });
    const expressions = boards.flatMap(({ panels }) => panels).flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(8);
    const known = [...EXPORTED, ...Object.values<string>(GATEWAY_RECORDED)];
    expect(expressions.flatMap(metricsIn).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('teams and keys that come later are in it', () => {
    const { chart, monitoring, gateway } = watched();
    monitoring.addGateway(gateway, { timeToFirstToken: Duration.seconds(3), errorRatio: 0.02 });
    gateway.addTeam('team-a', { models: ['chat'], requestsPerMinute: 60 });
    const rules = groupsOf(chart).flatMap((group) => group.rules);
    expect(rules.find(({ alert }) => alert === 'SubstratusTeamRateLimited')?.labels).toEqual({ severity: 'warning', gateway: 'models', team: 'team-a' });
    expect(rules.find(({ alert }) => alert === 'SubstratusGatewayErrors')?.expr).toBe('model:errors:ratio_rate5m{gateway="models"} > 0.02');
    expect(rules.find(({ alert }) => alert === 'SubstratusGatewaySlowFirstToken')?.expr).toBe('model:time_to_first_token_seconds:p95_5m{gateway="models"} > 3');
  });
});

const key = (team: string, id: string, more: object = {}) => ({ id, secretName: `keys-${team}`, secretKey: `${team}.${id}`, expires: '2027-01-31', ...more });

const TEAMS: readonly TeamSpec[] = [
  { name: 'team-a', models: ['chat'], requestsPerMinute: 600, keys: [key('team-a', 'ci', { requestsPerMinute: 60 })] },
  { name: 'team-b', models: ['chat'], tokensPerMonth: 1_000_000, budget: 100, keys: [key('team-b', 'web')] },
  { name: 'team-c', models: ['chat'], requestsPerMinute: 10, keys: [] },
];

const GATEWAY = { name: 'models', namespace: 'model-gateway', controllerNamespace: 'envoy-gateway-system', teams: TEAMS, errorRatio: 0.05, timeToFirstTokenSeconds: 2 };
const CONTEXT = {
  namespaces: ['team-a', 'team-b'], reconcilerNamespace: 'substratus', errorRatio: 0.05,
  objectives: [{ namespace: 'team-a', server: 'quick', coldStartSeconds: 120 }],
};
const GROUPS = [
  ...ruleGroups(CONTEXT), ...scalingGroups(CONTEXT, { kedaNamespace: 'keda', namespaceLabel: 'namespace' }), ...gatewayGroups(GATEWAY),
];

describe('rules', () => {
  test('name metrics that there are', () => {
    const known = [...EXPORTED, ...Object.values<string>(RECORDED), ...Object.values<string>(GATEWAY_RECORDED)];
    expect(GROUPS.flatMap(({ rules }) => rules.flatMap(({ expr }) => metricsIn(expr))).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('the places of limits are those of the policy of the gateway', () => {
    const selected = limitRules(TEAMS).map(({ clientSelectors: [first] }) => first?.headers[0]?.value);
    for (const team of TEAMS) {
      const { minutes, months } = rulePlaces(TEAMS, team);
      for (const place of [...minutes, ...months]) expect(selected[place]).toContain(team.name);
    }
    expect(TEAMS.map((team) => rulePlaces(TEAMS, team))).toEqual([
      { minutes: [6, 7], months: [] }, { minutes: [], months: [2, 3] }, { minutes: [8], months: [] },
    ]);
  });

  withPromtool('are valid for Prometheus', () => {
    expect(problemsOf(GROUPS)).toBe('');
  });

  const gone = (values: string, deployment = 'chat-server') => ({ series: `kube_deployment_status_replicas_available{namespace="team-a", deployment="${deployment}"}`, values });
  const held = (values: string, route = 'chat-server') => ({ series: `interceptor_request_concurrency{namespace="keda", pod="i", route_namespace="team-a", route_name="${route}"}`, values });

  withPromtool('a cold start over its budget is told, and one within it is not', () => {
    const alert = 'SubstratusServerColdStartSlow';
    const raised = [{ namespace: 'team-a', deployment: 'chat-server', severity: 'warning' }];
    expectAlerts(GROUPS, { series: [gone('0x60'), held('2x60')], alert, at: '14m', raised: [] });
    expectAlerts(GROUPS, { series: [gone('0x60'), held('2x60')], alert, at: '20m', raised });
    expectAlerts(GROUPS, { series: [gone('0x10 1x50'), held('2x60')], alert, at: '20m', raised: [] });
    expectAlerts(GROUPS, { series: [gone('0x60'), held('0x60')], alert, at: '20m', raised: [] });
  });

  withPromtool('the budget of a Server of its own is in place of that of all', () => {
    const series = [gone('0x60', 'quick-server'), held('1x60', 'quick-server')];
    const raised = [{ namespace: 'team-a', deployment: 'quick-server', severity: 'warning' }];
    expectAlerts(GROUPS, { series, alert: 'SubstratusServerColdStartSlow', at: '1m', raised: [] });
    expectAlerts(GROUPS, { series, alert: 'SubstratusServerColdStartSlow', at: '30m', raised });
  });

  withPromtool('requests that were given up are told', () => {
    const answers = (code: string) => [{ series: `interceptor_request_count_total{route_namespace="team-a", route_name="chat-server", code="${code}"}`, values: '0x5 1x30' }];
    const alert = 'SubstratusServerColdStartFailed';
    expectAlerts(GROUPS, { series: answers('504'), alert, at: '8m', raised: [{ namespace: 'team-a', deployment: 'chat-server', severity: 'critical' }] });
    expectAlerts(GROUPS, { series: answers('504'), alert, at: '25m', raised: [] });
    expectAlerts(GROUPS, { series: answers('200'), alert, at: '8m', raised: [] });
  });

  withPromtool('a trigger that fails is told, in workspaces alone', () => {
    const errors = (namespace: string, values: string) => ({ series: `keda_scaled_object_errors_total{namespace="${namespace}", scaledObject="chat-server"}`, values });
    const alert = 'SubstratusServerScalingFails';
    const raised = [{ namespace: 'team-a', scaledObject: 'chat-server', severity: 'warning' }];
    expectAlerts(GROUPS, { series: [errors('team-a', '0+4x30'), errors('web', '0+4x30')], alert, at: '15m', raised });
    expectAlerts(GROUPS, { series: [errors('team-a', '4x30')], alert, at: '15m', raised: [] });
  });

  withPromtool('an interceptor that is gone is told', () => {
    const replicas = (values: string) => [{ series: 'kube_deployment_status_replicas_available{namespace="keda", deployment="keda-add-ons-http-interceptor"}', values }];
    const alert = 'SubstratusInterceptorDown';
    expectAlerts(GROUPS, {
      series: replicas('3x5 0x10'), alert, at: '10m', raised: [{ namespace: 'keda', deployment: 'keda-add-ons-http-interceptor', severity: 'critical' }],
    });
    expectAlerts(GROUPS, { series: replicas('1x20'), alert, at: '10m', raised: [] });
  });

  withPromtool('embeddings have queue and errors as text has', () => {
    const labels = 'namespace="team-a", server="embed", pod="a"';
    const embed = { namespace: 'team-a', server: 'embed', severity: 'warning' };
    expectAlerts(GROUPS, { series: [{ series: `te_queue_size{${labels}}`, values: '5x30' }], alert: 'SubstratusServerQueueNotDraining', at: '15m', raised: [embed] });
    const failed = (err: string) => [
      { series: `te_request_count{${labels}, method="single"}`, values: '0+100x60' }, { series: `te_request_failure{${labels}, err="${err}"}`, values: '0+10x60' },
    ];
    expectAlerts(GROUPS, { series: failed('inference'), alert: 'SubstratusServerErrors', at: '20m', raised: [embed] });
    expectAlerts(GROUPS, { series: failed('validation'), alert: 'SubstratusServerErrors', at: '20m', raised: [] });
  });

  withPromtool('a gateway that lets requests pass without limits is told within a minute or two', () => {
    const passed = (values: string) => [{ series: 'envoy_cluster_ratelimit_failure_mode_allowed{gateway="models", pod="p", envoy_cluster_name="c"}', values }];
    const alert = 'SubstratusGatewayUnlimited';
    expectAlerts(GROUPS, { series: passed('0+3x30'), alert, at: '4m', raised: [{ gateway: 'models', severity: 'critical' }] });
    expectAlerts(GROUPS, { series: passed('7x30'), alert, at: '10m', raised: [] });
  });

  withPromtool('a rate limit service that is down is told, without any request', () => {
    const replicas = (values: string) => [{ series: 'kube_deployment_status_replicas_available{namespace="envoy-gateway-system", deployment="envoy-ratelimit"}', values }];
    const alert = 'SubstratusRateLimitDown';
    expectAlerts(GROUPS, { series: replicas('0x10'), alert, at: '3m', raised: [{ namespace: 'envoy-gateway-system', deployment: 'envoy-ratelimit', severity: 'critical' }] });
    expectAlerts(GROUPS, { series: replicas('1x10'), alert, at: '3m', raised: [] });
  });

  const GEN_AI = 'gateway="models", client_id="team-a.ci", gen_ai_original_model="chat", pod="p"';

  withPromtool('errors and a slow first token are told of the model, as clients see it', () => {
    const answers = (error: string, values: string) => ({ series: `gen_ai_server_request_duration_seconds_count{${GEN_AI}${error}}`, values });
    const failing = [answers('', '0+90x60'), answers(', error_type="_OTHER"', '0+10x60')];
    const raised = [{ gateway: 'models', model: 'chat', severity: 'warning' }];
    expectAlerts(GROUPS, { series: failing, alert: 'SubstratusGatewayErrors', at: '20m', raised });
    expectAlerts(GROUPS, { series: [answers('', '0+99x60'), answers(', error_type="_OTHER"', '0+1x60')], alert: 'SubstratusGatewayErrors', at: '20m', raised: [] });
    const bucket = (le: string, values: string) => ({ series: `gen_ai_server_time_to_first_token_seconds_bucket{${GEN_AI}, le="${le}"}`, values });
    expectAlerts(GROUPS, { series: [bucket('1', '0+50x60'), bucket('5', '0+100x60'), bucket('+Inf', '0+100x60')], alert: 'SubstratusGatewaySlowFirstToken', at: '20m', raised });
    expectAlerts(GROUPS, { series: [bucket('1', '0+100x60'), bucket('5', '0+100x60'), bucket('+Inf', '0+100x60')], alert: 'SubstratusGatewaySlowFirstToken', at: '20m', raised: [] });
  });

  withPromtool('a certificate that nears its end is told two weeks ahead', () => {
    const days = (values: string) => [{ series: 'envoy_server_days_until_first_cert_expiring{gateway="models", pod="p"}', values }];
    const alert = 'SubstratusGatewayCertificateExpires';
    expectAlerts(GROUPS, { series: days('10x90'), alert, at: '80m', raised: [{ gateway: 'models', severity: 'warning' }] });
    expectAlerts(GROUPS, { series: days('30x90'), alert, at: '80m', raised: [] });
    expectAlerts(GROUPS, { series: days('4294967295x90'), alert, at: '80m', raised: [] });
  });

  /** Time begins at 1970 for promtool. */
  withPromtool('a key is told a week before its end and after it, and not before', () => {
    const expiring = (expires: string) => gatewayGroups({ ...GATEWAY, teams: [{ name: 'team-a', models: [], keys: [{ ...key('team-a', 'ci'), expires }] }] });
    const ci = { gateway: 'models', team: 'team-a', client_id: 'team-a.ci' };
    expectAlerts(expiring('1970-01-31'), { series: [], alert: 'SubstratusKeyExpiresSoon', at: '1h', raised: [] });
    expectAlerts(expiring('1970-01-02'), { series: [], alert: 'SubstratusKeyExpiresSoon', at: '1h', raised: [{ ...ci, severity: 'warning' }] });
    expectAlerts(expiring('1970-01-02'), { series: [], alert: 'SubstratusKeyExpired', at: '1h', raised: [] });
    expectAlerts(expiring('1969-12-31'), { series: [], alert: 'SubstratusKeyExpired', at: '1h', raised: [{ ...ci, severity: 'critical' }] });
    expectAlerts(expiring('1969-12-31'), { series: [], alert: 'SubstratusKeyExpiresSoon', at: '1h', raised: [] });
    expectAlerts(expiring('1970-01-01'), { series: [], alert: 'SubstratusKeyExpired', at: '23h', raised: [] });
  });

  const limit = (what: string, place: number, values: string) => ({
    series: `ratelimit_service_rate_limit_${what}{domain="model-gateway/models", key1="model-gateway/models/rule/${place}_model-gateway/models/rule/${place}", key2="x"}`, values,
  });

  withPromtool('a team of which more than a twentieth is turned away is told, and no other', () => {
    const series = (over: string) => [limit('total_hits', 6, '0+100x60'), limit('over_limit', 6, over), limit('total_hits', 8, '0+100x60'), limit('over_limit', 8, '0x60')];
    const alert = 'SubstratusTeamRateLimited';
    expectAlerts(GROUPS, { series: series('0+20x60'), alert, at: '20m', raised: [{ gateway: 'models', team: 'team-a', severity: 'warning' }] });
    expectAlerts(GROUPS, { series: series('0+2x60'), alert, at: '20m', raised: [] });
  });

  withPromtool('a quota that is nearly used, and one that is', () => {
    const teamB = { gateway: 'models', team: 'team-b', severity: 'warning' };
    expectAlerts(GROUPS, { series: [limit('near_limit', 2, '0x5 500x60')], alert: 'SubstratusTeamQuotaNearlyUsed', at: '10m', raised: [teamB] });
    expectAlerts(GROUPS, { series: [limit('near_limit', 2, '0x60')], alert: 'SubstratusTeamQuotaNearlyUsed', at: '10m', raised: [] });
    expectAlerts(GROUPS, { series: [limit('over_limit', 3, '0x5 90x60')], alert: 'SubstratusTeamQuotaUsed', at: '10m', raised: [teamB] });
    expectAlerts(GROUPS, { series: [limit('over_limit', 3, '90x60')], alert: 'SubstratusTeamQuotaUsed', at: '10m', raised: [] });
  });
});

describe('bad input', () => {
  test('what is not a gateway, twice the same, and an objective that cannot be', () => {
    const { monitoring, gateway } = watched();
    expect(messageOf(() => monitoring.addGateway(untyped('models')))).toBe("[system/monitoring] addGateway was given 'models'; give a ModelGateway");
    expect(messageOf(() => monitoring.addGateway(gateway, untyped({ coldStart: 1 })))).toContain('[system/monitoring] addGateway has no prop coldStart');
    expect(messageOf(() => monitoring.addGateway(gateway, { timeToFirstToken: untyped(2) })))
      .toBe('[system/monitoring] timeToFirstToken is 2, which is not a Duration; write for example Duration.seconds(2)');
    expect(messageOf(() => monitoring.addGateway(gateway, { errorRatio: 7 })))
      .toBe('[system/monitoring] errorRatio is 7; give a number between 0 and 1, for example 0.01 for one answer in a hundred');
    monitoring.addGateway(gateway);
    expect(messageOf(() => monitoring.addGateway(gateway)))
      .toBe('[system/monitoring] gateway models is watched already; call addGateway once for each, and name each otherwise');
  });

  test('a cold start that is a number', () => {
    const { monitoring, chart } = watched();
    const server = Server.fromServerAttributes(chart, 'other', { serverName: 'chat', serverNamespace: 'team-a' });
    expect(messageOf(() => monitoring.addObjective(server, { coldStart: untyped(60) })))
      .toBe('[system/monitoring] coldStart is 60, which is not a Duration; write for example Duration.seconds(2)');
  });
});
