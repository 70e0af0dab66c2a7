/** What is synthesized of an example, as the command line reads it, and the picture of that. */
import * as path from 'node:path';
import { Workspace } from 'cdk-substratus';
import type { App } from 'cdk8s';
import type { ExampleCloud } from '../examples/platforms';
import type { PlatformSpec } from '../src/api/platform';
import { graphOf } from '../src/graph/graph';
import { toMermaid } from '../src/graph/mermaid';
import { stateOf } from '../src/state/read';
import type { State } from '../src/state/state';
import { declared, EXAMPLES_DIRECTORY, TERRAFORM_EXAMPLES, terraformStacks, UPDATE_COMMAND } from './examples';
import type { Example } from './examples';

/** On the clouds named, with all stacks that it has. */
export function exampleState(example: Example, clouds: readonly ExampleCloud[] = example.clouds): State {
  const apps = clouds.map((cloud) => ({ cloud, app: declared(example, cloud) }));
  const manifests = apps.map(({ cloud, app }) => ({
    path: `${cloud}/app.yaml`, documents: app.charts.flatMap((chart) => chart.toJson() as unknown[]),
  }));
  const both = TERRAFORM_EXAMPLES.find(({ name }) => name === example.name);
  const stacks = [...(both ? terraformStacks(both) : [])].map(([stack, json]) => ({
    path: `${stack}/cdk.tf.json`, documents: [JSON.parse(json) as unknown],
  }));
  const state = stateOf([...manifests, ...stacks]);
  return { ...state, clusters: state.clusters.map((cluster, index) => ({ ...cluster, ...platformOf(apps[index]?.app) })) };
}

/** Of an example whose Reconciler is in another App, or which has none, the platform is not among its manifests. */
function platformOf(app: App | undefined): { readonly name?: string; readonly platform?: PlatformSpec } {
  const workspace = app?.charts.find((chart): chart is Workspace => chart instanceof Workspace && 'platform' in chart);
  if (!workspace) return {};
  const platform = JSON.parse(JSON.stringify(workspace.platform.toJson())) as PlatformSpec;
  return { name: platform.clusterName, platform };
}

/** On every cloud where it has the clouds too; others have the same picture on each, so that one is enough. */
export function expectedGraph(example: Example): string {
  const hasStacks = TERRAFORM_EXAMPLES.some(({ name }) => name === example.name);
  const graph = graphOf(exampleState(example, hasStacks ? example.clouds : example.clouds.slice(0, 1)));
  return `%% What examples/${example.name} declares, as a picture. Reviewed like code; after a change: ${UPDATE_COMMAND}\n${toMermaid(graph)}`;
}

export function expectedGraphFile({ name }: Example): string {
  return path.join(EXAMPLES_DIRECTORY, name, 'expected', 'graph.mermaid');
}
