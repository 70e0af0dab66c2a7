import { App, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { envoyGatewayProblem } from '../../../expand';
import type { KubeObject } from '../../../expand';
import { optionsProblem } from '../../checks/known-props';
import { duration, quantity } from '../../checks/size';
import { today } from '../../checks/today';
import { ValidationError } from '../../checks/validation-error';
import { warn } from '../../checks/warning';
import { checkPlatformProp, checkProps } from '../../kinds/props-check';
import { chartOf, whatIs } from '../../kinds/references';
import type { IServer } from '../../kinds/server';
import { addDeferredObjects } from '../../objects/deferred-objects';
import { platformOf } from '../../platform/workspace-context';
import { checkGateway, serveProblem } from './gateway-checks';
import { gatewayObjects } from './gateway-objects';
import { neighbourProblem, placeProblem } from './gateway-places';
import { GATEWAY_PROPS, SERVE_OPTIONS } from './gateway-props';
import type { GatewayServeOptions, ModelGatewayProps } from './gateway-props';
import { GatewayRedis } from './gateway-redis';
import type { GatewaySettings } from './gateway-settings';
import { GatewayTeams } from './gateway-teams';
import { helmValues } from './helm-values';
import { networkObjects } from './network-objects';
import { policyObjects, tokenPolicy } from './policies';
import { redisAddress, redisObjects } from './redis-objects';
import type { ServedRoute } from './served';
import { routeObjects } from './served-route';
import { namesOf, portProblems, routeProblems, servedRoute } from './served-server';
import type { ServedServer } from './served-server';
import type { GatewayTeam } from './team';
import type { GatewayIdentityProviderOptions, GatewayModelPrice, GatewayTeamOptions } from './team-props';
import type { TeamSpec } from './team-spec';

const DEFAULT_NAMESPACE = 'model-gateway';
const DEFAULT_REPLICAS = 2;
const DEFAULT_IDLE_SECONDS = 3600;
/** By which a request outlives the longest cold start. */
const MARGIN_SECONDS = 300;

/**
 * One endpoint for the models of a cluster, which speaks OpenAI's API: the model of a request says which Server answers it. Nobody is let
 * in but by the key of a team. It is made of objects of Envoy Gateway and Envoy AI Gateway, in a namespace of its own: that of its Chart,
 * else `model-gateway`.
 */
export class ModelGateway extends Construct {
  /** Name of the Gateway. */
  public readonly gatewayName: string;

  /** Namespace of the Gateway. */
  public readonly gatewayNamespace: string;

  /** Host and port of the Redis that Envoy Gateway's rate limit service is told of. */
  public readonly redisAddress: string;

  private readonly served: ServedServer[] = [];
  private readonly access: GatewayTeams;
  private readonly warned = new Set<string>();
  private readonly idleSeconds?: number;
  private readonly maxRequestSize: string;

  constructor(scope: Construct, id: string, private readonly props: ModelGatewayProps) {
    super(scope, id);
    checkProps(this, props, GATEWAY_PROPS);
    const { platform, name = id, idleTimeout, maxRequestSize = Size.mebibytes(50) } = props;
    checkPlatformProp(this, platform);
    this.gatewayName = name;
    this.gatewayNamespace = chartOf(this).namespace ?? DEFAULT_NAMESPACE;
    checkGateway(this, { ...props, name, namespace: this.gatewayNamespace });
    if (idleTimeout !== undefined) {
      duration(this, 'idleTimeout', idleTimeout);
      this.idleSeconds = idleTimeout.toSeconds();
    }
    const size = quantity(this, 'maxRequestSize', maxRequestSize);
    this.maxRequestSize = typeof size === 'number' ? `${size}Gi` : size;
    const { redis = GatewayRedis.managed() } = props;
    this.redisAddress = redisAddress({ ...this.ref, redis: redis._spec });
    const beside = neighbourProblem(this, this.neighbours);
    if (beside) throw new ValidationError(this, beside);
    platform.allowModelGateway(this.gatewayNamespace, name);
    this.access = new GatewayTeams(this, this.gatewayNamespace);
    addDeferredObjects(this, () => this.objects);
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Offers a Server to clients, under its name or another one. */
  public serve(server: IServer, options: GatewayServeOptions = {}): void {
    const problem = optionsProblem('serve', options, SERVE_OPTIONS) ?? serveProblem(options);
    if (problem) throw new ValidationError(this, problem);
    this.checkServer(server);
    const served = { server, options };
    const taken = this.takenName(served);
    if (taken) throw new ValidationError(this, taken);
    this.served.push(served);
    const routes = new Construct(this, `${server.serverNamespace}.${server.serverName}`);
    addDeferredObjects(routes, () => routeObjects(this.ref, servedRoute(this, served, this.props.platform)));
  }

  /**
   * Lets a team in, with the keys that it is given. Add further teams behind the others: the tokens that a team has used are counted by its
   * place among them.
   */
  public addTeam(name: string, options: GatewayTeamOptions): GatewayTeam {
    return this.access.addTeam(name, options);
  }

  /**
   * Takes tokens of an identity provider in place of keys (OpenID Connect, JWT), at a port of their own: 8443, or 8080 without TLS. Which
   * team a token is for is in a claim; the team's models and limits hold for its tokens and its keys together.
   */
  public addIdentityProvider(name: string, options: GatewayIdentityProviderOptions): void {
    const isFirst = this.access.providers.length === 0;
    this.access.addIdentityProvider(name, options);
    if (isFirst) addDeferredObjects(this, () => [tokenPolicy(this.settings)]);
  }

  /** Says what a model costs, for the budgets of teams. */
  public addModelPrice(model: string, price: GatewayModelPrice): void {
    this.access.addModelPrice(model, price);
  }

  /** The teams so far, in the order of their declaration. @internal */
  public _teams(): readonly TeamSpec[] {
    return this.access.specs;
  }

  /**
   * What differs from the values of the Helm charts by which Envoy Gateway and Envoy AI Gateway are installed for this gateway, by chart.
   * They are of the whole cluster: merge them into those that it has.
   */
  public get helmValues(): unknown {
    const { platform, redis = GatewayRedis.managed() } = this.props;
    return helmValues({ platform: platform._spec, redis: redis._spec, redisAddress: this.redisAddress });
  }

  /** The names by which clients may ask for models, in the order of their declaration. @internal */
  public get _models(): string[] {
    return this.routes.flatMap(({ models }) => models.map(({ name }) => name));
  }

  private get ref(): { readonly namespace: string; readonly name: string } {
    return { namespace: this.gatewayNamespace, name: this.gatewayName };
  }

  /** The other gateways of its platform so far: in another cluster, names and Redis are others. */
  private get neighbours(): ModelGateway[] {
    const gateways = this.node.root.node.findAll().filter((other) => other instanceof ModelGateway);
    return gateways.filter((other) => other !== this && other.props.platform === this.props.platform);
  }

  private get routes(): ServedRoute[] {
    return this.served.map((served) => servedRoute(this, served, this.props.platform));
  }

  private get objects(): KubeObject[] {
    const { settings } = this;
    return [...gatewayObjects(settings), ...policyObjects(settings), ...networkObjects(settings), ...redisObjects(settings)];
  }

  private get settings(): GatewaySettings {
    const { platform, hostname, tls, internal = true, serviceAnnotations = {} } = this.props;
    const { redis = GatewayRedis.managed(), replicas = DEFAULT_REPLICAS } = this.props;
    const { routes, maxRequestSize } = this;
    return {
      ...this.ref,
      platform: platform._spec,
      ...(hostname !== undefined && { hostname }),
      ...(tls && { tls: tls._spec }),
      internal, serviceAnnotations, redis: redis._spec, replicas, maxRequestSize, routes,
      teams: this.access.specs, providers: this.access.providers, prices: this.access.prices,
      idleSeconds: this.idleSeconds ?? Math.max(DEFAULT_IDLE_SECONDS, longest(routes) + MARGIN_SECONDS),
    };
  }

  private problems(): string[] {
    const spec = this.props.platform._spec;
    const problem = envoyGatewayProblem(spec) ?? placeProblem(this.gatewayNamespace, spec);
    if (problem) return [problem];
    if (this.served.length === 0) return [`gateway ${this.gatewayName} serves no Server; call serve(server)`];
    const { idleSeconds = Infinity, routes } = this;
    const ports = this.served.flatMap((served) => portProblems(this, served, this.props.platform));
    return [...ports, ...routes.flatMap((route) => routeProblems(route, idleSeconds)), ...this.accessProblems()];
  }

  private accessProblems(): string[] {
    const day = today(this);
    for (const warning of this.access.warnings(day)) this.warnOnce(warning);
    return this.access.problems({ models: this._models, day });
  }

  /** However often it is written. */
  private warnOnce(warning: string): void {
    if (!this.warned.has(warning)) warn(this, warning);
    this.warned.add(warning);
  }

  private checkServer(server: unknown): asserts server is IServer {
    if (!Construct.isConstruct(server) || !('serverName' in server)) {
      throw new ValidationError(this, `serve was given ${whatIs(server)}; give a Server, or refer to one with Server.fromServerAttributes`);
    }
    if (App.of(server) !== App.of(this)) {
      throw new ValidationError(this, `serve was given ${server.node.path} of another App; declare it in this one, or refer to it with Server.fromServerAttributes`);
    }
    const there = platformOf(server);
    const { platform } = this.props;
    if (there && there !== platform) {
      throw new ValidationError(this, `serve was given ${server.node.path} on platform ${there.clusterName}, but the gateway is on ${platform.clusterName}; `
        + 'declare a gateway on that platform too');
    }
  }

  private takenName(served: ServedServer): string | undefined {
    const { serverName, serverNamespace } = served.server;
    const same = this.served.find(({ server }) => server.serverName === serverName && server.serverNamespace === serverNamespace);
    if (same) return `Server ${serverNamespace}/${serverName} is served already; give all its other names as aliases at once`;
    const names = namesOf(served);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) return `Server ${serverNamespace}/${serverName} has the name ${twice} twice; leave one of them out`;
    for (const other of this.served) {
      const name = names.find((one) => namesOf(other).includes(one));
      if (name === undefined) continue;
      return `model ${name} is served by Server ${other.server.serverNamespace}/${other.server.serverName} already; give Server ${serverNamespace}/${serverName} another name or alias`;
    }
    return undefined;
  }
}

function longest(routes: readonly ServedRoute[]): number {
  return Math.max(0, ...routes.map(({ coldStartSeconds = 0 }) => coldStartSeconds));
}
