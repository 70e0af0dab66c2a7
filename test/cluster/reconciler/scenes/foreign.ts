/** Objects of a name that is needed, but someone else's: never touched, and no obstacle once they are gone. */
import type { Resource } from '../../../../src/api/resource';
import type { Condition } from '../../../../src/api/status';
import type { Inputs } from '../../../../src/expand';
import { FIELD_MANAGER } from '../../../../src/reconciler/kube/client';
import { referenceTo } from '../../client';
import type { KubeObject } from '../../client';
import { childNamed, model, notebook, server } from '../stage';
import type { Live, Stage } from '../stage';

const POD = {
  selector: { matchLabels: { app: 'mine' } },
  template: { metadata: { labels: { app: 'mine' } }, spec: { containers: [{ name: 'mine', image: 'example.com/mine:1' }] } },
};

/** The least that each kind can be. */
const CONTENT: Readonly<Record<string, object>> = {
  ConfigMap: { data: { mine: 'true' } },
  Service: { spec: { selector: { app: 'mine' }, ports: [{ port: 80 }] } },
  Deployment: { spec: { replicas: 0, ...POD } },
  Job: { spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: POD.template.spec.containers } } } },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
};

const CASES: readonly (readonly [string, (namespace: string) => Resource, string])[] = [
  ['Service', (namespace) => server(namespace, 'chat'), 'serve'],
  ['Deployment', (namespace) => server(namespace, 'chat'), 'serve'],
  ['ConfigMap', (namespace) => server(namespace, 'chat'), 'serve'],
  ['Job', (namespace) => model(namespace, 'mine'), 'check'],
  ['PersistentVolumeClaim', (namespace) => notebook(namespace, 'lab'), 'serve'],
];

interface Met {
  readonly said: Condition;
  readonly before: Live;
  readonly during?: Live;
  readonly stalled?: string;
  readonly after: Live;
  readonly events: Readonly<Record<string, string>>;
}

export function foreignObjects(stage: Stage): void {
  const scenes = CASES.map(([kind, owner, step]) => [kind, stage.scene(async (): Promise<Met> => {
    const namespace = await stage.namespace();
    const resource = owner(namespace);
    const inputs = resource.kind === 'Server' ? await modelFor(stage, namespace) : {};
    const object = bare(childNamed(resource, kind, { step, inputs }));
    const before = await stage.client.create({ ...object, ...CONTENT[kind] }) as Live;
    await stage.apply(resource);
    const said = await stage.reason(resource, 'NameConflict');
    const during = await stage.find(object);
    const { status } = await stage.get(resource);
    await stage.client.delete(referenceTo(object), { propagationPolicy: 'Background' });
    await stage.ready(resource);
    const after = await stage.until('the object is made', () => stage.find(object));
    await stage.converged([namespace]);
    const stalled = status?.conditions?.find(({ type }) => type === 'Stalled')?.reason;
    return { said, before, during, stalled, after, events: await stage.told(resource, 'NameConflict') };
  })] as const);

  test.each(scenes)('a %s of someone else is left as it is, and the resource is Stalled until it goes', async (kind, scene) => {
    const { said, before, during, stalled, after, events } = await scene();
    const message = `${kind} ${before.metadata.name} already exists and belongs to someone else; rename it, or this resource`;
    expect(said).toMatchObject({ status: 'False', reason: 'NameConflict', message });
    expect(stalled).toBe('NameConflict');
    expect(events.NameConflict).toBe(message);
    expect(during?.metadata.uid).toBe(before.metadata.uid);
    expect([during?.metadata.generation, during?.metadata.labels]).toEqual([before.metadata.generation, before.metadata.labels]);
    expect(during?.metadata.managedFields?.map(({ manager }) => manager)).not.toContain(FIELD_MANAGER);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.ownerReferences?.[0]).toMatchObject({ controller: true });
  });
}

function bare({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name: metadata?.name, namespace: metadata?.namespace } };
}

async function modelFor(stage: Stage, namespace: string): Promise<Inputs> {
  const { status } = await stage.published(model(namespace, 'opt'));
  const { recipeDigest = '', url = '' } = status?.artifact ?? {};
  return { model: { kind: 'Model', name: 'opt', namespace, recipeDigest, url } };
}
