/** The engines of others that a platform says its cluster has. */
import type { EnginesSpec } from '../../api/engines';
import { inferenceExtensionSpec } from './inference-extension';
import type { InferenceExtensionOptions } from './inference-extension';
import { kedaSpec } from './keda';
import type { KedaOptions } from './keda';

/** What was said by `platform.add…()`; each engine once. */
export class PlatformEngines {
  private readonly said: { -readonly [Name in keyof EnginesSpec]: EnginesSpec[Name] } = {};

  /** @throws Error without the name of the platform, as all of them. */
  public addKeda(options: KedaOptions): void {
    this.once('keda', 'KEDA', 'addKeda');
    this.said.keda = kedaSpec(options);
  }

  /** @throws Error without the name of the platform, as all of them. */
  public addInferenceExtension(options: InferenceExtensionOptions): void {
    this.once('inferenceExtension', 'the inference extension', 'addInferenceExtension');
    this.said.inferenceExtension = inferenceExtensionSpec(options);
  }

  /** What the platform has of them. */
  public get spec(): EnginesSpec {
    return { ...this.said };
  }

  /** How many were added. */
  public get count(): number {
    return Object.keys(this.said).length;
  }

  private once(engine: keyof EnginesSpec, name: string, method: string): void {
    if (this.said[engine]) throw new Error(`${name} was added already; call ${method} once`);
  }
}
