/** What decides how a ready-made program runs. */
import { definedOnly } from '../api/defined';
import type { PlatformSpec } from '../api/platform';
import { DEFAULT_SERVER_PORT, referencesOf } from '../api/resource';
import type { InputsSpec, Resource, ResourcesSpec, ServerSpec } from '../api/resource';
import { cloudNamed } from '../clouds/pods';
import { settingsOf } from '../runtimes';
import type { Runtime, RuntimeContainer, RuntimeContext } from '../runtimes';
import { gpuRequestOf } from './gpus';

export function contextOf(resource: Resource, runtime: Runtime, platform: PlatformSpec): RuntimeContext {
  const { kind, spec, metadata: { name } } = resource;
  const request = gpuRequestOf(spec.resources, platform);
  const { model, dataset, base } = referencesOf(resource);
  const { adapters = [], port = DEFAULT_SERVER_PORT } = spec as ServerSpec;
  return {
    settings: settingsOf(runtime.params(kind), spec.params),
    kind,
    name,
    platform,
    port,
    hasModel: model !== undefined,
    hasDataset: dataset !== undefined,
    hasBase: base !== undefined,
    adapters: adapters.map((adapter) => adapter.name).sort(),
    hasOwnImage: spec.image !== undefined,
    isStreamed: isStreamed(spec as InputsSpec, platform),
    args: spec.args ?? [],
    nodes: (spec as ServerSpec).nodes ?? 1,
    ...(request && { gpus: { ...(request.gpu && { model: request.gpu }), count: request.count } }),
  };
}

/** Whether inputs are mounted from a store over the network, and not copied first. */
function isStreamed({ access }: InputsSpec, platform: PlatformSpec): boolean {
  const { canStream, network } = cloudNamed(platform.cloud);
  return access !== 'download' && canStream(platform) && network(platform).store.length > 0;
}

/** What the program asks for, with the defaults that are its own. */
export function requestedBy(resource: Resource, runtime: Runtime, platform: PlatformSpec): ResourcesSpec {
  const context = contextOf(resource, runtime, platform);
  return context.gpus ? resource.spec.resources ?? {} : resourcesOf(resource.spec.resources, runtime.container(context));
}

/** A limit bounds what the program asks for by default, as it does elsewhere: then the platform's own default holds. */
export function resourcesOf(resources: ResourcesSpec = {}, container: RuntimeContainer): ResourcesSpec {
  const { limits = {} } = resources;
  const { cpu, memory, disk } = container.resources ?? {};
  const defaults = { cpu: limits.cpu === undefined ? cpu : undefined, memory: limits.memory === undefined ? memory : undefined, disk };
  return { ...definedOnly(defaults), ...definedOnly(resources) };
}
