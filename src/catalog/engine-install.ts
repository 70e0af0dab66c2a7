/** The lines that install engines of others, in the versions of the table. Pure. */
import { ENGINE_CHARTS, INFERENCE_EXTENSION } from './engine-charts';
import type { ChartValues, EngineChart, EngineChartName } from './engine-charts';

/** A line that installs a chart, or brings it to this version. `more` are further arguments, before those of the namespace. */
export function helmLine({ release, chart, repository, version, namespace, values = {} }: EngineChart, more: readonly string[] = []): string {
  const what = repository.startsWith('oci://') ? [`${repository}/${chart}`] : [chart, '--repo', repository];
  return ['helm upgrade --install', release, ...what, '--version', version, ...more, '--namespace', namespace, '--create-namespace', ...settings(values)].join(' ');
}

/** Values as arguments. */
function settings(values: ChartValues, prefix = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) => (typeof value === 'object' ? settings(value, `${prefix}${name}.`) : ['--set', `${prefix}${name}=${value}`]));
}

/** The line that brings definitions up to date that Helm installs once and then leaves as they are. */
export function definitionsLine({ repository, chart, version }: EngineChart): string {
  return `helm show crds ${repository}/${chart} --version ${version} | kubectl apply --server-side --force-conflicts -f -`;
}

/** The line that installs several charts, one after another. */
export function installLine(...names: readonly EngineChartName[]): string {
  return names.map((name) => helmLine(ENGINE_CHARTS[name])).join(' && ');
}

/** The line that installs the definitions of the inference extension. */
export function inferenceExtensionLine(): string {
  const { repository, version } = INFERENCE_EXTENSION;
  return `kubectl apply --server-side -f ${repository}/releases/download/${version}/manifests.yaml`;
}

/**
 * The line that installs NVIDIA's GPU Operator, in its newest version: that goes with the drivers of the nodes, not with this library.
 *
 * @see https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/getting-started.html
 */
export const GPU_OPERATOR_LINE = 'helm upgrade --install gpu-operator gpu-operator --repo https://helm.ngc.nvidia.com/nvidia --namespace gpu-operator --create-namespace';
