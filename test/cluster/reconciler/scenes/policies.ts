/** The NetworkPolicies that the reconciler has made follow the platform; those that somebody else has changed stay. */
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PlatformSpec } from '../../../../src/api/platform';
import type { KubeObject } from '../../../../src/expand';
import { model, PLATFORM, server } from '../stage';
import type { Stage } from '../stage';

const EDITED = 'substratus-notebooks';
const SERVERS = 'substratus-servers';

const TYPE = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

export function policies(stage: Stage): void {
  const followed = stage.scene(async () => {
    const namespace = await stage.namespace();
    const find = (name: string) => stage.client.get<NetworkPolicy & KubeObject>({ ...TYPE, namespace, name });
    const first = await stage.reconcilerFor(namespace);
    await stage.published(model(namespace, 'opt'));
    const chat = server(namespace, 'chat');
    await stage.apply(chat);
    await stage.ready(chat);
    await first.stop();
    const before = await find(SERVERS);
    const edited = await stage.client.patch({ ...TYPE, namespace, name: EDITED }, { spec: { podSelector: { matchLabels: { mine: 'true' } } } });
    const platform: PlatformSpec = { ...PLATFORM, workspaces: [{ namespace, serversOpenTo: ['gateway'] }] };
    const second = await stage.reconcilerFor(namespace, { platform });
    await stage.until('the policy follows', async () => (await find(SERVERS)).spec?.ingress?.length === 2);
    const after = { edited: await find(EDITED), servers: await find(SERVERS) };
    await second.stop();
    return { before, edited, after };
  });

  test('where we alone have written to them', async () => {
    const { before, edited, after } = await followed();
    expect(after.edited).toEqual(edited);
    expect(before.spec?.ingress).toHaveLength(1);
    expect(after.servers.metadata?.uid).toBe(before.metadata?.uid);
    expect(after.servers.metadata?.annotations).not.toEqual(before.metadata?.annotations);
  });
}
