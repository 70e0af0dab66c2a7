import { App, Chart, Duration } from 'cdk8s';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Monitoring, MonitoringSystem, Platform, Preview, Reconciler, Server, Workspace } from '../../../src';
import type { MonitoringProps } from '../../../src';
import { RECORDED, ruleGroups } from '../../../src/constructs/serving/alert-rules';
import type { RuleGroup } from '../../../src/constructs/serving/alert-rules';
import { schemaErrors } from '../../schemas/validate';
import { gcp, local, messageOf, model, objectsOf, synthErrors, untyped } from '../fixtures';
import { EXPORTED, metricsIn } from './metrics';
import { expectAlerts, problemsOf, PROMTOOL } from './promtool';

function withTeam(platform = gcp()): Platform {
  platform.addWorkspace('team-a');
  return platform;
}

interface Watched {
  readonly chart: Chart;
  readonly monitoring: Monitoring;
}

function monitoring(props: Partial<MonitoringProps> = {}, platform = withTeam()): Watched {
  const chart = new Chart(new App(), 'system');
  return { chart, monitoring: new Monitoring(chart, 'monitoring', { platform, ...props }) };
}

interface Expressed {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: object };
  readonly spec?: { readonly groups?: RuleGroup[] } & Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

const written = (chart: Chart): Expressed[] => objectsOf(chart) as Expressed[];
const groupsOf = (chart: Chart): RuleGroup[] => written(chart).flatMap(({ spec }) => spec?.groups ?? []);

describe('what is written', () => {
  test('monitors, rules and dashboards for the Prometheus operator', () => {
    const objects = written(monitoring({ labels: { release: 'kube-prometheus-stack' } }).chart);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`)).toEqual([
      'PodMonitor monitoring/substratus-servers', 'PodMonitor monitoring/substratus-reconciler', 'PrometheusRule monitoring/substratus',
      'ConfigMap monitoring/substratus-fleet-dashboard', 'ConfigMap monitoring/substratus-server-dashboard', 'ConfigMap monitoring/substratus-reconciler-dashboard',
    ]);
    expect(objects[0]).toMatchObject({
      metadata: { labels: { release: 'kube-prometheus-stack' } },
      spec: {
        namespaceSelector: { matchNames: ['team-a'] }, podTargetLabels: ['server'],
        podMetricsEndpoints: [{ port: 'http-serve', path: '/metrics', interval: '15s' }],
      },
    });
  });

  test("the same for Google's, whose objects are of the whole cluster", () => {
    const objects = written(monitoring({ system: MonitoringSystem.GOOGLE_MANAGED, dashboards: false }).chart);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`)).toEqual([
      'ClusterPodMonitoring undefined/substratus-servers', 'ClusterPodMonitoring undefined/substratus-reconciler', 'ClusterRules undefined/substratus',
    ]);
    expect(objects[0]?.spec).toMatchObject({ endpoints: [{ port: 'http-serve' }], targetLabels: { fromPod: [{ from: 'server', to: 'server' }] } });
  });

  test('the monitors find the pods that are made, by label and by the name of the port', () => {
    const platform = withTeam();
    const app = new App();
    const { spec } = written(monitoring({}, platform).chart)[0] ?? {};
    const team = new Workspace(app, 'team-a', { platform });
    new Server(team, 'chat', { image: 'acme/chat', model: model(team) });
    const deployment = Preview.of(app).manifests.find((manifest) => (manifest as Expressed).kind === 'Deployment') as {
      spec: { template: { metadata: { labels: Record<string, string> }; spec: { containers: { ports?: { name: string }[] }[] } } };
    };
    const { metadata: { labels }, spec: { containers } } = deployment.spec.template;
    expect(labels).toMatchObject({ role: 'run', server: 'chat' });
    expect(spec).toMatchObject({ selector: { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'Exists' }] } });
    expect(containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name))).toContain('http-serve');
  });

  test('every ConfigMap is valid, and every dashboard is JSON that names series there are', () => {
    const { chart } = monitoring();
    const maps = written(chart).filter(({ kind }) => kind === 'ConfigMap');
    expect(maps.flatMap((map) => schemaErrors(map as never, 'current'))).toEqual([]);
    const texts = maps.flatMap(({ data = {} }) => Object.values(data));
    const expressions = texts.flatMap((text) => (JSON.parse(text) as { panels: { targets: { expr: string }[] }[] }).panels)
      .flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(20);
    const unknown = expressions.flatMap(metricsIn).filter((name) => ![...EXPORTED, ...Object.values<string>(RECORDED)].includes(name));
    expect(unknown).toEqual([]);
  });

  test('workspaces and objectives that come later are in it', () => {
    const platform = withTeam();
    const { chart, monitoring: watched } = monitoring({}, platform);
    platform.addWorkspace('team-b');
    const server = Server.fromServerAttributes(chart, 'chat', { serverName: 'chat', serverNamespace: 'team-b' });
    watched.addObjective(server, { timeToFirstToken: Duration.seconds(2), errorRatio: 0.01 });
    const rules = groupsOf(chart).flatMap((group) => group.rules);
    expect(rules.find(({ alert }) => alert === 'SubstratusServerSlowFirstToken')?.expr)
      .toBe('server:time_to_first_token_seconds:p95_5m{namespace="team-b", server="chat"} > 2');
    expect(rules.filter(({ alert }) => alert === 'SubstratusServerErrors').map(({ expr }) => expr)).toEqual([
      '(server:http_errors:ratio_rate5m unless server:http_errors:ratio_rate5m{namespace="team-b", server="chat"}) > 0.05',
      'server:http_errors:ratio_rate5m{namespace="team-b", server="chat"} > 0.01',
    ]);
    expect(rules.find(({ alert }) => alert === 'SubstratusPodPending')?.expr).toContain('namespace=~"team-a|team-b"');
  });

  test('Prometheus is let through to the ports that serve, and nobody else of its namespace to others', () => {
    const platform = withTeam();
    const app = new App();
    const team = new Workspace(app, 'team-a', { platform });
    new Monitoring(new Chart(app, 'system'), 'monitoring', { platform, namespace: 'observability' });
    const policy = objectsOf(team).find(({ metadata }) => metadata?.name === 'substratus-servers') as NetworkPolicy;
    expect(policy.spec?.ingress?.[1]).toEqual({
      from: [{ namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['observability'] }] } }],
      ports: ['http-serve', 'grpc', 'metrics'].map((port) => ({ port, protocol: 'TCP' })),
    });
  });

  test('the reconciler is found where it runs', () => {
    const platform = withTeam();
    const app = new App();
    const chart = new Chart(app, 'system');
    new Reconciler(chart, 'substratus', { platform, namespace: 'ml-system' });
    new Monitoring(chart, 'monitoring', { platform, dashboards: false });
    const monitor = written(chart).find(({ metadata }) => metadata?.name === 'substratus-reconciler' && metadata.namespace === 'monitoring');
    expect(monitor?.spec).toMatchObject({ namespaceSelector: { matchNames: ['ml-system'] } });
  });
});

describe('rules', () => {
  const context = { namespaces: ['team-a', 'team-b'], reconcilerNamespace: 'substratus', errorRatio: 0.05 };
  const groups = ruleGroups({
    ...context, objectives: [{ namespace: 'team-a', server: 'strict', errorRatio: 0.01, timeToFirstTokenSeconds: 2 }],
  });
  const labels = 'namespace="team-a", server="chat"';
  const chat = { namespace: 'team-a', server: 'chat' };

  test('name metrics that there are', () => {
    const unknown = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => metricsIn(expr)))
      .filter((name) => ![...EXPORTED, ...Object.values<string>(RECORDED)].includes(name));
    expect(unknown).toEqual([]);
  });

  const withPromtool = PROMTOOL ? test : test.skip;

  withPromtool('are valid for Prometheus', () => {
    expect(problemsOf(groups)).toBe('');
  });

  withPromtool('a queue that does not drain is told after ten minutes, and one that does is not', () => {
    const waiting = (values: string, engine: string) => [{ series: `${engine}{${labels}, pod="a"}`, values }];
    const alert = 'SubstratusServerQueueNotDraining';
    const raised = [{ ...chat, severity: 'warning' }];
    expectAlerts(groups, { series: waiting('3x30', 'vllm:num_requests_waiting'), alert, at: '9m', raised: [] });
    expectAlerts(groups, { series: waiting('3x30', 'vllm:num_requests_waiting'), alert, at: '15m', raised });
    expectAlerts(groups, { series: waiting('3x30', 'llamacpp:requests_deferred'), alert, at: '15m', raised });
    expectAlerts(groups, { series: waiting('3 3 3 0 3 3 3 0 3 3 3 0 3 3 3 0', 'vllm:num_requests_waiting'), alert, at: '15m', raised: [] });
  });

  withPromtool('a full cache is told where it makes requests start over', () => {
    const full = { series: `vllm:kv_cache_usage_perc{${labels}}`, values: '0.99x30' };
    const alert = 'SubstratusServerCacheFull';
    expectAlerts(groups, { series: [full, { series: `vllm:num_preemptions_total{${labels}}`, values: '0x30' }], alert, at: '20m', raised: [] });
    const preempted = { series: `vllm:num_preemptions_total{${labels}}`, values: '0+2x30' };
    expectAlerts(groups, { series: [full, preempted], alert, at: '20m', raised: [{ ...chat, severity: 'warning' }] });
  });

  withPromtool('errors are told by the objective of each Server', () => {
    const answers = (server: string, status: string, values: string) => ({ series: `http_requests_total{namespace="team-a", server="${server}", status="${status}"}`, values });
    const series = ['chat', 'strict'].flatMap((server) => [answers(server, '2xx', '0+97x60'), answers(server, '5xx', '0+3x60')]);
    const strict = { namespace: 'team-a', server: 'strict', severity: 'warning' };
    expectAlerts(groups, { series, alert: 'SubstratusServerErrors', at: '20m', raised: [strict] });
    const worse = ['chat', 'strict'].flatMap((server) => [answers(server, '2xx', '0+70x60'), answers(server, '5xx', '0+30x60')]);
    const both = [{ ...chat, severity: 'critical' }, { ...strict, severity: 'critical' }];
    expectAlerts(groups, { series: worse, alert: 'SubstratusServerErrorsHigh', at: '20m', raised: both });
  });

  withPromtool('one failed request in an hour is not told', () => {
    const series = [
      { series: `http_requests_total{${labels}, status="5xx"}`, values: '0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1' },
    ];
    expectAlerts(groups, { series, alert: 'SubstratusServerErrors', at: '12m', raised: [] });
  });

  withPromtool('a slow first token is told against its objective', () => {
    const bucket = (le: string, values: string) => ({ series: `vllm:time_to_first_token_seconds_bucket{namespace="team-a", server="strict", le="${le}"}`, values });
    const strict = { namespace: 'team-a', server: 'strict', severity: 'warning' };
    const alert = 'SubstratusServerSlowFirstToken';
    expectAlerts(groups, { series: [bucket('1', '0+50x60'), bucket('5', '0+100x60'), bucket('+Inf', '0+100x60')], alert, at: '20m', raised: [strict] });
    expectAlerts(groups, { series: [bucket('1', '0+100x60'), bucket('5', '0+100x60'), bucket('+Inf', '0+100x60')], alert, at: '20m', raised: [] });
  });

  withPromtool('a Server that answered and does no longer is told; one that never did, or is asleep, is not', () => {
    const deployment = 'namespace="team-a", deployment="chat-server"';
    const replicas = (wanted: string, available: string) => [
      { series: `kube_deployment_spec_replicas{${deployment}}`, values: wanted }, { series: `kube_deployment_status_replicas_available{${deployment}}`, values: available },
    ];
    const alert = 'SubstratusServerDown';
    expectAlerts(groups, {
      series: replicas('1x60', '1x10 0x50'), alert, at: '20m', raised: [{ namespace: 'team-a', deployment: 'chat-server', severity: 'critical' }],
    });
    expectAlerts(groups, { series: replicas('1x60', '0x60'), alert, at: '20m', raised: [] });
    expectAlerts(groups, { series: replicas('1x10 0x50', '1x10 0x50'), alert, at: '20m', raised: [] });
  });

  withPromtool('a pod that does not start is told, in workspaces alone', () => {
    const pending = (namespace: string) => ({ series: `kube_pod_status_phase{namespace="${namespace}", pod="p", phase="Pending"}`, values: '1x60' });
    const raised = [{ namespace: 'team-b', pod: 'p', phase: 'Pending', severity: 'warning' }];
    expectAlerts(groups, { series: [pending('team-b'), pending('kube-system')], alert: 'SubstratusPodPending', at: '40m', raised });
  });

  withPromtool('a reconciler that is gone, broken or late is told', () => {
    const critical = [{ severity: 'critical' }];
    const leader = (values: string) => [{ series: 'leader_election_master_status{namespace="substratus", pod="a"}', values }];
    expectAlerts(groups, { series: [], alert: 'SubstratusReconcilerDown', at: '15m', raised: critical });
    expectAlerts(groups, { series: leader('0x30'), alert: 'SubstratusReconcilerDown', at: '15m', raised: critical });
    expectAlerts(groups, { series: leader('1x30'), alert: 'SubstratusReconcilerDown', at: '15m', raised: [] });
    const panics = [{ series: 'controller_runtime_reconcile_panics_total{namespace="substratus"}', values: '0 0 1x30' }];
    expectAlerts(groups, { series: panics, alert: 'SubstratusReconcilerPanics', at: '5m', raised: [{ severity: 'critical' }] });
    const wait = (le: string, values: string) => ({ series: `workqueue_queue_duration_seconds_bucket{namespace="substratus", le="${le}"}`, values });
    const late = [wait('60', '0+1x60'), wait('120', '0+10x60'), wait('+Inf', '0+10x60')];
    expectAlerts(groups, { series: late, alert: 'SubstratusReconcilerBehind', at: '30m', raised: [{ severity: 'warning' }] });
  });
});

describe('bad input', () => {
  test.each<[Partial<Record<keyof MonitoringProps, unknown>>, string]>([
    [{ platform: 'ml' }, "[system/monitoring] platform is 'ml'; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local"],
    [{ system: 'Datadog' }, "[system/monitoring] system is 'Datadog'; use MonitoringSystem.PROMETHEUS_OPERATOR or MonitoringSystem.GOOGLE_MANAGED"],
    [{ namespace: 'Monitoring' }, "[system/monitoring] namespace is 'Monitoring'; use lower-case letters, digits and - inside, 63 characters at most"],
    [{ errorRatio: 5 }, '[system/monitoring] errorRatio is 5; give a number between 0 and 1, for example 0.01 for one answer in a hundred'],
    [
      { labels: { 'a b': 'x' } },
      "[system/monitoring] labels has a b: 'x'; give labels as Kubernetes takes them, for example { release: 'kube-prometheus-stack' }",
    ],
    [{ dashboards: 'false' }, "[system/monitoring] dashboards is 'false'; give true or false"],
    [{ label: {} }, '[system/monitoring] Monitoring has no prop label; did you mean labels?'],
  ] as never)('%j', (props, message) => {
    expect(messageOf(() => monitoring(untyped(props)))).toBe(message);
  });

  test("Google's on another cloud", () => {
    expect(messageOf(() => monitoring({ system: MonitoringSystem.GOOGLE_MANAGED }, local())))
      .toBe('[system/monitoring] system is GOOGLE_MANAGED but the cluster is on local; use MonitoringSystem.PROMETHEUS_OPERATOR');
  });

  test('an objective that says nothing, or twice something', () => {
    const { chart, monitoring: watched } = monitoring();
    const server = Server.fromServerAttributes(chart, 'chat', { serverName: 'chat', serverNamespace: 'team-a' });
    expect(messageOf(() => watched.addObjective(server, {})))
      .toBe('[system/monitoring] the objective of Server team-a/chat is empty; give timeToFirstToken, errorRatio, coldStart, or several');
    expect(messageOf(() => watched.addObjective(server, { timeToFirstToken: untyped(2) })))
      .toBe('[system/monitoring] timeToFirstToken is 2, which is not a Duration; write for example Duration.seconds(2)');
    watched.addObjective(server, { errorRatio: 0.1 });
    expect(messageOf(() => watched.addObjective(server, { errorRatio: 0.2 })))
      .toBe('[system/monitoring] Server team-a/chat has an objective already; give all of it at once');
  });

  test('a platform without a workspace, in which nothing would be watched', () => {
    expect(synthErrors(monitoring({}, gcp()).chart)).toEqual([
      "[system/monitoring] platform ml has no workspace, so that no Server would be watched; add one with platform.addWorkspace('team-a')",
    ]);
  });

  test('a namespace that monitors and cannot be one', () => {
    expect(messageOf(() => Platform.local({ clusterName: 'laptop' }).allowMonitoringFrom('Prometheus!')))
      .toContain("cannot be monitored from namespace 'Prometheus!'; use lower-case letters, digits and - inside, 63 characters at most");
  });
});
