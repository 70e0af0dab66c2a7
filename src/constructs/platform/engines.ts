/** The engines of others that a platform says its cluster has. */
import type { EnginesSpec } from '../../api/engines';
import type { EnvoyGatewaySpec, GatewaysSpec, ModelGatewaySpec } from '../../api/model-gateway';
import { isDns1123Label } from '../../api/names';
import { formatValue } from '../checks/format-value';
import { envoyGatewaySpec } from './envoy-gateway';
import type { EnvoyGatewayOptions } from './envoy-gateway';
import { inferenceExtensionSpec } from './inference-extension';
import type { InferenceExtensionOptions } from './inference-extension';
import { kedaSpec } from './keda';
import type { KedaOptions } from './keda';
import { leaderWorkerSetSpec } from './leader-worker-set';
import type { LeaderWorkerSetOptions } from './leader-worker-set';

/** What was said by `platform.add…()`; each engine once. */
export class PlatformEngines {
  private readonly said: { -readonly [Name in keyof EnginesSpec]: EnginesSpec[Name] } = {};
  private envoyGateway?: EnvoyGatewaySpec;
  private readonly gateways: ModelGatewaySpec[] = [];

  /** @throws Error without the name of the platform, as all of them. */
  public addKeda(options: KedaOptions): void {
    this.once('keda', 'KEDA', 'addKeda');
    this.said.keda = kedaSpec(options);
  }

  /** @throws Error without the name of the platform, as all of them. */
  public addLeaderWorkerSet(options: LeaderWorkerSetOptions): void {
    this.once('leaderWorkerSet', 'LeaderWorkerSet', 'addLeaderWorkerSet');
    this.said.leaderWorkerSet = leaderWorkerSetSpec(options);
  }

  /** @throws Error without the name of the platform, as all of them. */
  public addInferenceExtension(options: InferenceExtensionOptions): void {
    this.once('inferenceExtension', 'the inference extension', 'addInferenceExtension');
    this.said.inferenceExtension = inferenceExtensionSpec(options);
  }

  /** @throws Error without the name of the platform. */
  public addEnvoyGateway(options: EnvoyGatewayOptions): void {
    if (this.envoyGateway) throw new Error('Envoy Gateway was added already; call addEnvoyGateway once');
    this.envoyGateway = envoyGatewaySpec(options);
  }

  /** @throws Error without the name of the platform. */
  public allowModelGateway(gateway: ModelGatewaySpec): void {
    const wrong = Object.values(gateway).find((part) => typeof part !== 'string' || !isDns1123Label(part));
    if (wrong !== undefined) throw new Error(`${formatValue(wrong)} is not a name that a Gateway or its namespace can have; use lower-case letters, digits and -`);
    if (this.gateways.some(({ namespace, name }) => namespace === gateway.namespace && name === gateway.name)) return;
    this.gateways.push(gateway);
  }

  /** What the platform has of them. */
  public get spec(): EnginesSpec & GatewaysSpec {
    const { envoyGateway, gateways } = this;
    return { ...this.said, ...(envoyGateway && { envoyGateway }), ...(gateways.length > 0 && { modelGateways: [...gateways] }) };
  }

  /** How many were added. */
  public get count(): number {
    return Object.keys(this.said).length + this.gateways.length + (this.envoyGateway ? 1 : 0);
  }

  private once(engine: keyof EnginesSpec, name: string, method: string): void {
    if (this.said[engine]) throw new Error(`${name} was added already; call ${method} once`);
  }
}
