/** How an author says to which replica requests go. */
import { Size } from 'cdk8s';
import { Autoscaling, Engine, Routing, Scaling } from '../../../src';
import type { InferenceExtensionOptions, ServerProps, Platform } from '../../../src';
import { INSTALL_INFERENCE_EXTENSION } from '../../../src/expand';
import { gcp, messageOf, server, synthErrors, untyped, workspace, written } from '../fixtures';

const GATEWAY: InferenceExtensionOptions = { gatewayNamespaces: ['gateways'] };

function extended(options: InferenceExtensionOptions = GATEWAY): Platform {
  const platform = gcp();
  platform.addKeda();
  platform.addInferenceExtension(options);
  return platform;
}

const VLLM: Partial<ServerProps> = { image: undefined, engine: Engine.vllm(), replicas: 2, routing: Routing.PREFIX_AWARE };

/** What is said at once. */
function refusal(props: Partial<ServerProps>): string {
  return messageOf(() => server(workspace(extended()), 'chat', { ...VLLM, ...props }));
}

/** What is said at synth. */
function errors(props: Partial<ServerProps>, platform: Platform = extended()): string[] {
  const team = workspace(platform);
  server(team, 'chat', { ...VLLM, ...props });
  return synthErrors(team);
}

function platformError(options: InferenceExtensionOptions): string {
  return messageOf(() => extended(options));
}

test('is written as it was said', () => {
  expect(written(server(workspace(extended()), 'chat', VLLM)).spec).toMatchObject({ routing: 'prefixAware', replicas: 2 });
  expect(errors({})).toEqual(['no error']);
});

test('goes with autoscalers that look at the pods', () => {
  expect(errors({ replicas: undefined, autoscaling: Autoscaling.hpa({ max: 4, cpu: 70 }) })).toEqual(['no error']);
  expect(errors({ replicas: undefined, scaling: Scaling.EXTERNAL })).toEqual(['no error']);
});

test('the platform has what was said of the inference extension', () => {
  const specOf = (platform: Platform) => (platform.toJson() as { inferenceExtension?: object }).inferenceExtension;
  expect(specOf(gcp())).toBeUndefined();
  expect(specOf(extended({}))).toEqual({});
  expect(specOf(extended({ gatewayNamespaces: ['edge'], pickerCpu: 2.5, pickerMemory: Size.gibibytes(4) })))
    .toEqual({ gatewayNamespaces: ['edge'], pickerCpu: '2500m', pickerMemory: 4 });
});

test.each<[string, string, string]>([
  ['one replica', refusal({ replicas: 1 }),
    '[team-a/chat] routing is prefixAware but there is 1 replica, so that there is nothing to choose from; set replicas to 2 or more, or leave routing out'],
  ['one replica, since none is said', refusal({ replicas: undefined }),
    '[team-a/chat] routing is prefixAware but there is 1 replica, so that there is nothing to choose from; set replicas to 2 or more, or leave routing out'],
  ['an autoscaler that never starts a second one', refusal({ replicas: undefined, autoscaling: Autoscaling.hpa({ max: 1, cpu: 70 }) }),
    '[team-a/chat] routing is prefixAware but autoscaling.max is 1, so that there is nothing to choose from; '
    + 'set autoscaling.max to 2 or more, or leave routing out'],
  ['a word', refusal({ routing: untyped('nearest') }), "[team-a/chat] routing is 'nearest'; write Routing.PREFIX_AWARE, or leave it out"],
  ['the extension twice', messageOf(() => extended().addInferenceExtension()),
    'platform ml cannot have the inference extension: the inference extension was added already; call addInferenceExtension once'],
  ['a misspelt option', platformError(untyped({ gatewayNamespace: 'edge' })),
    'platform ml cannot have the inference extension: addInferenceExtension has no prop gatewayNamespace; did you mean gatewayNamespaces?'],
  ['a namespace that cannot be', platformError({ gatewayNamespaces: ['Edge'] }),
    "platform ml cannot have the inference extension: gatewayNamespaces has 'Edge'; give names of namespaces, such as envoy-gateway-system"],
  ['no namespace at all', platformError({ gatewayNamespaces: [] }),
    "platform ml cannot have the inference extension: gatewayNamespaces is []; give the namespaces of the gateways' proxies, such as ['envoy-gateway-system']"],
  ['no CPU', platformError({ pickerCpu: 0 }),
    'platform ml cannot have the inference extension: pickerCpu is 0; give a number of cores above 0, for example 0.5'],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected);
});

test('a platform without the inference extension is said at synth, with the line that installs it', () => {
  expect(errors({}, gcp())).toEqual([
    '[team-a/chat] routing needs the Gateway API Inference Extension, which platform ml does not have; '
    + `install it (${INSTALL_INFERENCE_EXTENSION}) and call addInferenceExtension() of the platform, or leave routing out`,
  ]);
});

test('a platform without a gateway is said at synth, for routing would have no effect', () => {
  expect(errors({}, extended({}))).toEqual([
    '[team-a/chat] routing is prefixAware, which has an effect on requests that come through a gateway alone, but platform ml has none; declare a '
    + 'ModelGateway, name the namespaces of the proxies of yours in addInferenceExtension({ gatewayNamespaces: […] }), or leave routing out',
  ]);
  const platform = extended({});
  platform.allowModelGateway('model-gateway', 'models');
  expect(errors({}, platform)).toEqual(['no error']);
});

test('autoscaling by requests, to zero too, is said at synth', () => {
  expect(errors({ replicas: undefined, autoscaling: Autoscaling.concurrency({ min: 0, max: 4 }) })).toEqual([
    '[team-a/chat] routing is prefixAware but autoscaling counts requests, which do not pass its interceptor then: replicas would be stopped while they '
    + 'answer; scale by cpu or metric, or by an autoscaler of your own (scaling: external), or leave routing out',
  ]);
});

test.each([['llama-cpp', Engine.llamaCpp()], ['embeddings', Engine.embeddings()]])('an engine without the metrics: %s', (name, engine) => {
  expect(errors({ engine })).toEqual([
    `[team-a/chat] routing is prefixAware, which needs the metrics of vLLM, but the engine is ${name}; serve the model by vllm, or leave routing out`,
  ]);
});
