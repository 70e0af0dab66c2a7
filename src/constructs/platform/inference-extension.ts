import type { Size } from 'cdk8s';
import type { InferenceExtensionSpec } from '../../api/engines';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { quantityOf } from '../checks/size';
import { coresOf } from './limits';

/** The Gateway API Inference Extension in a cluster, by which a gateway asks which replica of a Server a request is best sent to. */
export interface InferenceExtensionOptions {
  /**
   * Namespaces of the proxies of gateways of yours: their pods reach the endpoint pickers of Servers, and the replicas themselves. Those of
   * a `ModelGateway` do in any case.
   *
   * @default - the proxies of the `ModelGateway`s of the platform alone
   */
  readonly gatewayNamespaces?: string[];

  /**
   * Cores of each endpoint picker, also parts of one. A Server has two pickers. Long prompts and many requests take more: up to one core
   * for each request in a second with prompts of 100,000 tokens.
   *
   * @default 0.5
   */
  readonly pickerCpu?: number;

  /**
   * Memory of each endpoint picker.
   *
   * @default Size.gibibytes(1)
   */
  readonly pickerMemory?: Size;
}

const OPTIONS = knownProps<InferenceExtensionOptions>({ gatewayNamespaces: true, pickerCpu: true, pickerMemory: true });
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** @throws Error if a part of it cannot be. */
export function inferenceExtensionSpec(options: InferenceExtensionOptions): InferenceExtensionSpec {
  const problem = optionsProblem('addInferenceExtension', options, OPTIONS) ?? valuesProblem(options);
  if (problem) throw new Error(problem);
  const { gatewayNamespaces, pickerCpu, pickerMemory } = options;
  return {
    ...(gatewayNamespaces !== undefined && { gatewayNamespaces: [...gatewayNamespaces] }),
    ...(pickerCpu !== undefined && { pickerCpu: coresOf(pickerCpu) }),
    ...(pickerMemory !== undefined && { pickerMemory: quantityOf('pickerMemory', pickerMemory) }),
  };
}

function valuesProblem({ gatewayNamespaces, pickerCpu }: InferenceExtensionOptions): string | undefined {
  if (gatewayNamespaces !== undefined && !(Array.isArray(gatewayNamespaces) && gatewayNamespaces.length > 0)) {
    return `gatewayNamespaces is ${formatValue(gatewayNamespaces)}; give the namespaces of the gateways' proxies, such as ['envoy-gateway-system']`;
  }
  const wrong = gatewayNamespaces?.find((namespace) => typeof namespace !== 'string' || !LABEL.test(namespace));
  if (wrong !== undefined) return `gatewayNamespaces has ${formatValue(wrong)}; give names of namespaces, such as envoy-gateway-system`;
  if (pickerCpu === undefined || (Number.isFinite(pickerCpu) && pickerCpu > 0)) return undefined;
  return `pickerCpu is ${formatValue(pickerCpu)}; give a number of cores above 0, for example 0.5`;
}
