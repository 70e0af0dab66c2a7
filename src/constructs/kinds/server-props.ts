/** What a Server is given. */
import type { Duration } from 'cdk8s';
import { knownProps } from '../checks/known-props';
import type { Access } from '../platform/access';
import type { IModel } from './artifacts';
import type { Autoscaling } from './autoscaling';
import type { Engine } from './engine';
import { WORKLOAD_PROPS } from './workload';
import type { WorkloadProps } from './workload';

/** Who decides how many replicas run. */
export enum Scaling {
  /** An autoscaler of yours, such as a HorizontalPodAutoscaler or KEDA, that aims at the Server, or at its Deployment `<name>-server`. */
  EXTERNAL = 'external',
}

/** To which replica a request goes that comes through a gateway. */
export enum Routing {
  /** The one that has computed the beginning of the request, such as a long prompt that many share, unless others have less to do. */
  PREFIX_AWARE = 'prefixAware',
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
   * LoRA adapters that are served beside the model, each as `<name of the Server>:<id of its construct>`: Models that were trained from
   * the same model with output TrainingOutput.ADAPTER, or that say so by `adapterOf`. They need Engine.vllm(), or an image of yours, which
   * finds each at `/content/adapters/<id>`. A new version of an adapter replaces the replicas.
   *
   * @default - none
   */
  readonly adapters?: IModel[];

  /**
   * More adapters, by the names that they are served under: at most 40 lower-case letters, digits and `-`.
   *
   * @default - none
   */
  readonly namedAdapters?: { [name: string]: IModel };

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
   * On how many nodes each replica runs, for a model that the GPUs of one node cannot hold: `resources` is what each of them has. It takes
   * `Engine.vllm()` with GPUs, or an image of yours that divides the model itself, and LeaderWorkerSet in the cluster
   * (`addLeaderWorkerSet` of the platform).
   *
   * @default 1
   */
  readonly nodes?: number;

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
   * To which replica a request goes that comes through a gateway, such as a `ModelGateway`; without one it has no effect. For two or more
   * replicas of vLLM, on a platform that has the Gateway API Inference Extension (`addInferenceExtension`). Not together with
   * `Autoscaling.concurrency`.
   *
   * @default - to any replica
   */
  readonly routing?: Routing;

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
   * Whether a new revision starts while the old one still serves. It takes a spare GPU, or with `nodes` the GPUs of as many more nodes;
   * without, there is a gap.
   *
   * @default - true; with `nodes` false
   */
  readonly surge?: boolean;
}

/** How a model is served. */
export interface ServerProps extends ServerOptions {
  /** The model to serve, at `/content/model`. Of an adapter, vLLM has the model that it was trained from at `/content/base`. */
  readonly model: IModel;
}

export const SERVER_PROPS = knownProps<ServerProps>({
  ...WORKLOAD_PROPS, engine: true, model: true, adapters: true, namedAdapters: true, access: true, mountOptions: true,
  serviceAccountName: true,
  replicas: true, nodes: true, scaling: true, autoscaling: true, routing: true, port: true, readinessPath: true, livenessPath: true,
  probePort: true, probeTimeout: true, terminationGracePeriod: true, startupTimeout: true, surge: true,
});
