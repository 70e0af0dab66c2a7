import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { autoscalingProblem } from '../../api/autoscaling';
import type { ServerResource, ServerSpec } from '../../api/resource';
import { accountProblem, clientPort, isByKeda, probeTimeoutProblem, replicasProblem, serviceName } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { checkPath } from '../checks/path';
import { duration } from '../checks/size';
import { ValidationError } from '../checks/validation-error';
import type { Access } from '../platform/access';
import { platformOf } from '../platform/workspace-context';
import type { IModel } from './artifacts';
import { autoscalingSpec } from './autoscaling';
import type { Autoscaling } from './autoscaling';
import { Declarations } from './declarations';
import { declare } from './declare';
import type { Engine } from './engine';
import { derivation } from './given-facts';
import { checkProps } from './props-check';
import { checkImportedName, namespaceAt, resolveReferences } from './references';
import { ResourceObject } from './resource-object';
import { baseFor, engineFor } from './server-engine';
import { commonSpec, WORKLOAD_PROPS } from './workload';
import type { WorkloadProps } from './workload';

/** A server of a model. */
export interface IServer extends IConstruct {
  /** Name of the Server. */
  readonly serverName: string;

  /** Namespace of the Server. */
  readonly serverNamespace: string;
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
}

/** Who decides how many replicas run. */
export enum Scaling {
  /** An autoscaler of yours, such as a HorizontalPodAutoscaler or KEDA, that aims at the Server, or at its Deployment `<name>-server`. */
  EXTERNAL = 'external',
}

/** How a model is served, but for the model. */
export interface ServerOptions extends WorkloadProps {
  /**
   * The ready-made program that serves the model.
   *
   * @default - by the format of the model and the repository that it was made from, where they are known and there is no `image`:
   * Engine.llamaCpp() for GGUF, Engine.embeddings() for encoders, Engine.speech() for Whisper, else Engine.vllm()
   */
  readonly engine?: Engine;

  /**
   * How the model is read.
   *
   * @default - Access.STREAM where the platform can mount its bucket, else Access.DOWNLOAD
   */
  readonly access?: Access;

  /**
   * More options of the driver that mounts the inputs, for example `file-cache:max-size-mb:-1` of Cloud Storage FUSE. Google Cloud only:
   * elsewhere all inputs of a workspace are mounted through one volume, whose options they share.
   *
   * @default - those that suit files which never change
   */
  readonly mountOptions?: string[];

  /**
   * ServiceAccount of the pods, for a program that calls the Kubernetes API or a service of the cloud. The pods read the bucket as this
   * account too, for which docs/server.md says what each cloud needs. Its token is mounted unless the account says otherwise.
   *
   * @default 'artifact-reader', which may read the artifacts that the workspace may read, and nothing else
   */
  readonly serviceAccountName?: string;

  /**
   * How many replicas to keep running. Not together with `scaling`.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Leaves the number of replicas to an autoscaler. Not together with `replicas`.
   *
   * @default - `replicas` are kept running
   */
  readonly scaling?: Scaling;

  /**
   * An autoscaler that comes with the Server: `Autoscaling.concurrency` by its requests, to zero too, or `Autoscaling.hpa`. Not
   * together with `replicas` or `scaling`.
   *
   * @default - `replicas` are kept running
   */
  readonly autoscaling?: Autoscaling;

  /**
   * Port that the image listens on, and of the Service. With `Autoscaling.concurrency` clients use the port of the interceptor, 8080,
   * whatever this is.
   *
   * @default 8080
   */
  readonly port?: number;

  /**
   * Path that answers with a 2xx status when the server is ready.
   *
   * @default '/'
   */
  readonly readinessPath?: string;

  /**
   * Path that answers with a 2xx status while the server works. A replica that does not answer there for 100 seconds is restarted, so it
   * must be a path that does not wait behind requests that are computed.
   *
   * @default - a replica that does not answer is taken out of the Service, and not restarted
   */
  readonly livenessPath?: string;

  /**
   * Port that the probes ask.
   *
   * @default - `port`
   */
  readonly probePort?: number;

  /**
   * How long a probe waits for an answer.
   *
   * @default Duration.seconds(5)
   */
  readonly probeTimeout?: Duration;

  /**
   * How long a replica has to end. It still answers for 15 seconds of that, or for half of it where that is less; the rest is for
   * requests in flight.
   *
   * @default Duration.seconds(75)
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * How long a replica may take until it answers: to load the model, above all.
   *
   * @default - 30 minutes, or longer where the model is known to have more than 120 GiB
   */
  readonly startupTimeout?: Duration;

  /**
   * Whether a new revision starts while the old one still serves. It takes a spare GPU; without, there is a gap.
   *
   * @default true
   */
  readonly surge?: boolean;
}

/** How a model is served. */
export interface ServerProps extends ServerOptions {
  /** The model to serve, at `/content/model`. Of an adapter, vLLM has the model that it was trained from at `/content/base`. */
  readonly model: IModel;
}

const SERVER_PROPS = knownProps<ServerProps>({
  ...WORKLOAD_PROPS, engine: true, model: true, access: true, mountOptions: true, serviceAccountName: true,
  replicas: true, scaling: true, autoscaling: true, port: true, readinessPath: true, livenessPath: true, probePort: true,
  probeTimeout: true, terminationGracePeriod: true, startupTimeout: true, surge: true,
});
const SERVER_ATTRIBUTES = knownProps<ServerAttributes>({ serverName: true, serverNamespace: true });

/** Serves a model over HTTP. */
export class Server extends Construct implements IServer {
  /** References a Server that is declared elsewhere. */
  public static fromServerAttributes(scope: Construct, id: string, attributes: ServerAttributes): IServer {
    return new ImportedServer(scope, id, attributes);
  }

  public readonly serverName: string;
  public readonly serverNamespace: string;

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
    const engine = engineFor(this, props);
    const base = baseFor(engine, model);
    const { spec: inputs, references } = resolveReferences(this, { model, base, access, mountOptions, metadata });
    const object = new ResourceObject(this, {
      kind: 'Server',
      spec: { ...serverSpec(this, { ...props, ...(engine && { engine }) }), ...inputs },
      metadata,
      derive: derivation({ from: base ?? model }, declarations),
      onPatch: () => declarations.changed(),
    });
    this.serverName = object.name;
    this.serverNamespace = object.namespace;
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

  constructor(scope: Construct, id: string, attributes: ServerAttributes) {
    super(scope, id);
    checkProps(this, attributes, SERVER_ATTRIBUTES);
    this.serverName = attributes.serverName;
    this.serverNamespace = attributes.serverNamespace ?? namespaceAt(this);
    checkImportedName(this, { name: this.serverName, namespace: this.serverNamespace });
  }
}

function serverSpec(scope: Construct, props: ServerOptions): ServerSpec {
  const { replicas, scaling, autoscaling, port, readinessPath, livenessPath, probePort, startupTimeout, surge } = props;
  const { probeTimeout, terminationGracePeriod, serviceAccountName } = props;
  validate(scope, props);
  const spec: ServerSpec = {
    ...commonSpec(scope, 'Server', props),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(replicas !== undefined && { replicas }),
    ...(scaling && { scaling }),
    ...(autoscaling !== undefined && { autoscaling: autoscalingSpec(scope, autoscaling) }),
    ...(port !== undefined && { port }),
    ...(readinessPath !== undefined && { readinessPath }),
    ...(livenessPath !== undefined && { livenessPath }),
    ...(probePort !== undefined && { probePort }),
    ...(probeTimeout !== undefined && { probeTimeout: duration(scope, 'probeTimeout', probeTimeout) }),
    ...(terminationGracePeriod !== undefined && { terminationGracePeriod: duration(scope, 'terminationGracePeriod', terminationGracePeriod) }),
    ...(startupTimeout !== undefined && { startupTimeout: duration(scope, 'startupTimeout', startupTimeout) }),
    ...(surge !== undefined && { surge }),
  };
  const problem = probeTimeoutProblem(spec) ?? replicasProblem(spec) ?? scalingProblem(spec);
  if (problem) throw new ValidationError(scope, problem);
  return spec;
}

/** How long a ready-made program may take to start is known to expansion, where the spec does not say. */
function scalingProblem({ autoscaling, startupTimeout = '0s' }: ServerSpec): string | undefined {
  return autoscaling && autoscalingProblem(autoscaling, startupTimeout);
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
