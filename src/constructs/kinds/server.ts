import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { adaptersProblem, servedNames } from '../../api/adapters';
import { autoscalingProblem } from '../../api/autoscaling';
import { nodesProblem } from '../../api/nodes';
import type { ServerResource, ServerSpec } from '../../api/resource';
import type { RoutingSpec } from '../../api/routing';
import { accountProblem, clientPort, fewReplicas, isByKeda, probeTimeoutProblem, replicasProblem, serviceName } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { checkPath } from '../checks/path';
import { duration } from '../checks/size';
import { ValidationError } from '../checks/validation-error';
import { platformOf } from '../platform/workspace-context';
import { autoscalingSpec } from './autoscaling';
import { Declarations } from './declarations';
import { declare } from './declare';
import { derivation } from './given-facts';
import { checkProps } from './props-check';
import { checkImportedName, namespaceAt, resolveReferences } from './references';
import { ResourceObject } from './resource-object';
import { adaptersOf } from './server-adapters';
import { baseFor, engineFor } from './server-engine';
import { Routing, SERVER_PROPS } from './server-props';
import type { ServerOptions, ServerProps } from './server-props';
import { commonSpec } from './workload';

/** A server of a model. */
export interface IServer extends IConstruct {
  /** Name of the Server. */
  readonly serverName: string;

  /** Namespace of the Server. */
  readonly serverNamespace: string;

  /**
   * The names under which it answers, which requests have as `model`: its own first, then `<name>:base` where its model is an adapter, then
   * those of its adapters.
   */
  readonly servedModelNames: string[];
}

/** What is known of a Server that is declared elsewhere. */
export interface ServerAttributes {
  /** Name of the Server. */
  readonly serverName: string;

  /**
   * Namespace of the Server.
   *
   * @default - that of the chart
   */
  readonly serverNamespace?: string;

  /**
   * Names of the adapters that it serves beside its model.
   *
   * @default - none
   */
  readonly adapterNames?: string[];
}

const SERVER_ATTRIBUTES = knownProps<ServerAttributes>({ serverName: true, serverNamespace: true, adapterNames: true });

/** Serves a model over HTTP. */
export class Server extends Construct implements IServer {
  /** References a Server that is declared elsewhere. */
  public static fromServerAttributes(scope: Construct, id: string, attributes: ServerAttributes): IServer {
    return new ImportedServer(scope, id, attributes);
  }

  public readonly serverName: string;
  public readonly serverNamespace: string;
  public readonly servedModelNames: string[];

  /** Name of the Service, and of the Deployment behind it. */
  public readonly serviceName: string;

  /** URL of the Service inside the cluster. */
  public readonly url: string;

  constructor(scope: Construct, id: string, props: ServerProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, props, SERVER_PROPS);
    if (!props.model) throw new ValidationError(this, 'model is not set; give the Model to serve');
    const { model, access, mountOptions, metadata } = props;
    const adapters = adaptersOf(this, props);
    const engine = engineFor(this, { ...props, adapters });
    const base = baseFor(engine, model);
    const { spec: inputs, references } = resolveReferences(this, { model, base, adapters, access, mountOptions, metadata });
    const object = new ResourceObject(this, {
      kind: 'Server',
      spec: { ...serverSpec(this, { ...props, ...(engine && { engine }) }), ...inputs },
      metadata,
      derive: derivation({ from: base ?? model }, declarations),
      onPatch: () => declarations.changed(),
    });
    this.serverName = object.name;
    this.serverNamespace = object.namespace;
    this.servedModelNames = servedNames(object.declared as ServerResource);
    this.serviceName = serviceName(object.declared as ServerResource);
    this.url = `http://${this.serviceName}.${object.namespace}.svc:${portOf(this, object.declared as ServerResource)}`;
    declare({ construct: this, object, references, facts: (base ?? model).modelFacts?._spec }, declarations);
  }
}

/** The platform is asked only where it decides. */
function portOf(scope: Construct, server: ServerResource): number {
  return clientPort(server, isByKeda(server) ? platformOf(scope)?._spec ?? {} : {});
}

class ImportedServer extends Construct implements IServer {
  public readonly serverName: string;
  public readonly serverNamespace: string;
  public readonly servedModelNames: string[];

  constructor(scope: Construct, id: string, attributes: ServerAttributes) {
    super(scope, id);
    checkProps(this, attributes, SERVER_ATTRIBUTES);
    this.serverName = attributes.serverName;
    this.serverNamespace = attributes.serverNamespace ?? namespaceAt(this);
    checkImportedName(this, { name: this.serverName, namespace: this.serverNamespace });
    const spec = { adapters: (attributes.adapterNames ?? []).map((name) => ({ name, model: { name } })) };
    const problem = adaptersProblem(spec);
    if (problem) throw new ValidationError(this, problem.replace(/^adapters\b/, 'adapterNames').replace('.name is', ' is'));
    this.servedModelNames = servedNames({ metadata: { name: this.serverName }, spec });
  }
}

function serverSpec(scope: Construct, props: ServerOptions): ServerSpec {
  const { replicas, nodes, scaling, autoscaling, routing, port, readinessPath, livenessPath, probePort, startupTimeout, surge } = props;
  const { probeTimeout, terminationGracePeriod, serviceAccountName } = props;
  validate(scope, props);
  const spec: ServerSpec = {
    ...commonSpec(scope, 'Server', props),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(replicas !== undefined && { replicas }),
    ...(nodes !== undefined && { nodes }),
    ...(scaling && { scaling }),
    ...(autoscaling !== undefined && { autoscaling: autoscalingSpec(scope, autoscaling) }),
    ...(routing !== undefined && { routing: routingSpec(scope, routing) }),
    ...(port !== undefined && { port }),
    ...(readinessPath !== undefined && { readinessPath }),
    ...(livenessPath !== undefined && { livenessPath }),
    ...(probePort !== undefined && { probePort }),
    ...(probeTimeout !== undefined && { probeTimeout: duration(scope, 'probeTimeout', probeTimeout) }),
    ...(terminationGracePeriod !== undefined && { terminationGracePeriod: duration(scope, 'terminationGracePeriod', terminationGracePeriod) }),
    ...(startupTimeout !== undefined && { startupTimeout: duration(scope, 'startupTimeout', startupTimeout) }),
    ...(surge !== undefined && { surge }),
  };
  const problem = probeTimeoutProblem(spec) ?? replicasProblem(spec) ?? scalingProblem(spec) ?? nodesProblem(spec) ?? fewReplicas(spec);
  if (problem) throw new ValidationError(scope, problem);
  return spec;
}

/** How long a ready-made program may take to start is known to expansion, where the spec does not say. */
function scalingProblem({ autoscaling, startupTimeout = '0s' }: ServerSpec): string | undefined {
  return autoscaling && autoscalingProblem(autoscaling, startupTimeout);
}

function routingSpec(scope: Construct, routing: Routing): RoutingSpec {
  if (Object.values(Routing).includes(routing)) return routing;
  throw new ValidationError(scope, `routing is ${formatValue(routing)}; write Routing.PREFIX_AWARE, or leave it out`);
}

function validate(scope: Construct, props: ServerOptions): void {
  const { replicas, scaling, port, probePort, readinessPath, livenessPath, serviceAccountName } = props;
  const problem = serviceAccountName === undefined ? undefined : accountProblem(serviceAccountName);
  if (problem) throw new ValidationError(scope, problem);
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 0)) {
    throw new ValidationError(scope, `replicas is ${formatValue(replicas)}; give a whole number, 0 or more`);
  }
  if (replicas !== undefined && scaling) {
    throw new ValidationError(scope, `replicas is ${formatValue(replicas)} but scaling is ${formatValue(scaling)}; leave replicas to the autoscaler, or scaling out`);
  }
  for (const [field, value] of Object.entries({ port, probePort })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 65535)) {
      throw new ValidationError(scope, `${field} is ${formatValue(value)}; give a whole number from 1 to 65535`);
    }
  }
  checkPath(scope, 'readinessPath', readinessPath);
  checkPath(scope, 'livenessPath', livenessPath);
}
