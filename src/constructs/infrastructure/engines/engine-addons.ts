import { Duration } from 'cdk8s';
import type { PlatformSpec } from '../../../api/platform';
import { formatValue } from '../../checks/format-value';
import { knownProps, optionsProblem } from '../../checks/known-props';

/**
 * Which engines of others are installed: where nothing is said here, those that the platform says its cluster has. `false` leaves one out
 * that is there already.
 */
export interface EngineAddons {
  /**
   * KEDA and its HTTP add-on, which scale Servers by their requests.
   *
   * @default - as the platform says (`addKeda`)
   */
  readonly keda?: boolean;

  /**
   * Envoy Gateway and Envoy AI Gateway, for a `ModelGateway`.
   *
   * @default - as the platform says (`addEnvoyGateway`)
   */
  readonly envoyGateway?: boolean;

  /**
   * The definitions of the Gateway API and of Envoy Gateway. `false` where the cluster has its own, as GKE has of the Gateway API.
   *
   * @default - with Envoy Gateway
   */
  readonly gatewayDefinitions?: boolean;

  /**
   * The definitions of the Gateway API Inference Extension.
   *
   * @default - as the platform says (`addInferenceExtension`), and with Envoy Gateway, which does not start without them
   */
  readonly inferenceExtension?: boolean;

  /**
   * Karpenter, which makes nodes as pods ask for them (AWS).
   *
   * @default - where the cluster is declared with `NodeProvisioning.karpenter()`, which gives it its rights
   */
  readonly karpenter?: boolean;

  /**
   * LeaderWorkerSet, which runs a Server on many nodes.
   *
   * @default - as the platform says (`addLeaderWorkerSet`)
   */
  readonly leaderWorkerSet?: boolean;

  /**
   * cert-manager, which makes and renews certificates.
   *
   * @default false
   */
  readonly certManager?: boolean;

  /**
   * The Prometheus operator with Prometheus, kube-state-metrics and Grafana (kube-prometheus-stack), for a `Monitoring`.
   *
   * @default false
   */
  readonly prometheusOperator?: boolean;

  /**
   * How long an answer takes at most, streams included. The interceptor of KEDA's HTTP add-on is given this time to end what it has begun,
   * when its pod is stopped.
   *
   * @default Duration.hours(1)
   */
  readonly longestAnswer?: Duration;
}

const ENGINES = knownProps<EngineAddons>({
  keda: true, envoyGateway: true, gatewayDefinitions: true, inferenceExtension: true, karpenter: true, leaderWorkerSet: true,
  certManager: true, prometheusOperator: true, longestAnswer: true,
});

/** Engines that a platform tells of, and what says it. */
const SAID = {
  keda: 'call addKeda() of the platform',
  envoyGateway: 'call addEnvoyGateway() of the platform',
  inferenceExtension: 'call addInferenceExtension() of the platform',
  karpenter: 'give nodeProvisioning: NodeProvisioning.karpenter() to its Cluster',
  leaderWorkerSet: 'call addLeaderWorkerSet() of the platform',
} as const;

type SaidEngine = keyof typeof SAID;

/** What is installed in the end. */
export type WantedEngines = Readonly<Record<Exclude<keyof EngineAddons, 'longestAnswer'>, boolean>> & { readonly longestAnswerSeconds: number };

/** What is wrong with it whatever the platform is; `undefined` if nothing. */
export function engineAddonsProblem(engines: unknown): string | undefined {
  const unknown = optionsProblem('engines', engines, ENGINES);
  if (unknown) return unknown;
  const { longestAnswer, ...flags } = engines as EngineAddons;
  const [wrong] = Object.entries(flags).filter(([, value]) => value !== undefined && typeof value !== 'boolean');
  if (wrong) return `engines.${wrong[0]} is ${formatValue(wrong[1])}; give true or false`;
  if (longestAnswer === undefined) return undefined;
  if (!(longestAnswer instanceof Duration)) {
    return `engines.longestAnswer is ${formatValue(longestAnswer)}, which is not a Duration; write for example Duration.hours(1)`;
  }
  return longestAnswer.toMilliseconds() >= 1000 ? undefined : 'engines.longestAnswer is less than a second; write for example Duration.hours(1)';
}

/** What the platform must say before it can be installed here; `undefined` if nothing. */
export function unsaidProblem(engines: EngineAddons, platform: PlatformSpec): string | undefined {
  const unsaid = (Object.keys(SAID) as SaidEngine[]).find((engine) => engines[engine] && !isSaid(platform, engine));
  return unsaid && `engines.${unsaid} is true but nothing would use it, for platform ${platform.clusterName} does not say that it has it; ${SAID[unsaid]}`;
}

export function wantedEngines(engines: EngineAddons, said: PlatformSpec): WantedEngines {
  const wanted = (engine: SaidEngine): boolean => engines[engine] ?? isSaid(said, engine);
  const envoyGateway = wanted('envoyGateway');
  return {
    keda: wanted('keda'),
    envoyGateway,
    gatewayDefinitions: envoyGateway && (engines.gatewayDefinitions ?? true),
    inferenceExtension: engines.inferenceExtension ?? (envoyGateway || isSaid(said, 'inferenceExtension')),
    karpenter: wanted('karpenter'),
    leaderWorkerSet: wanted('leaderWorkerSet'),
    certManager: engines.certManager ?? false,
    prometheusOperator: engines.prometheusOperator ?? false,
    longestAnswerSeconds: Math.ceil((engines.longestAnswer ?? Duration.hours(1)).toMilliseconds() / 1000),
  };
}

function isSaid(said: PlatformSpec, engine: SaidEngine): boolean {
  return engine === 'karpenter' ? said.nodeProvisioning?.queue !== undefined : engine in said;
}
