/** A gateway and a workspace beside it, in one App. */
import { App, Chart } from 'cdk8s';
import { ModelGateway, Workspace } from '../../../../src';
import type { ModelGatewayProps, Platform } from '../../../../src';
import { TODAY_CONTEXT } from '../../../../src/constructs/checks/today';
import type { KubeObject } from '../../../../src/expand';
import { gcp, objectsOf } from '../../fixtures';

const CLIENT_IDS = { artifactReader: 'a', artifactWriter: 'b', imageBuilder: 'c' };

export interface Offered {
  readonly gateway: ModelGateway;
  readonly team: Workspace;
  readonly chart: Chart;
  readonly platform: Platform;
}

/** With Envoy Gateway on the platform, unless it is given one; on a day that stays, before which no key of a test expires. */
export function gatewayOf(props: Partial<ModelGatewayProps> = {}, platform = withEnvoyGateway(gcp()), day = '2026-11-27'): Offered {
  platform.addWorkspace('team-a', platform.cloudName === 'azure' ? { clientIds: CLIENT_IDS } : {});
  const app = new App();
  app.node.setContext(TODAY_CONTEXT, day);
  const team = new Workspace(app, 'team-a', { platform });
  const chart = new Chart(app, 'gateway', { namespace: 'model-gateway' });
  return { gateway: new ModelGateway(chart, 'models', { platform, ...props }), team, chart, platform };
}

export function withEnvoyGateway(platform: Platform): Platform {
  platform.addEnvoyGateway();
  return platform;
}

export interface Written extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Each object by its kind and name. */
export function namesIn(chart: Chart): string[] {
  return objectsOf(chart).map(({ kind, metadata }) => `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name}`);
}

/** The objects of a kind. */
export function allOf(chart: Chart, kind: string): Written[] {
  return objectsOf(chart).filter((object) => object.kind === kind) as Written[];
}

/** The spec of the only object of a kind. */
export function specOf(chart: Chart, kind: string): Written['spec'] {
  const [object, ...others] = allOf(chart, kind);
  if (!object || others.length > 0) throw new Error(`there are ${others.length + (object ? 1 : 0)} of ${kind}`);
  return object.spec;
}
