/** Pods on a real node, under the user that the admission of OpenShift gives them: one that no image knows, in group 0. */
import * as path from 'node:path';
import { OnPremisesStore, Platform } from 'cdk-substratus';
import type { Service } from 'kubernetes-types/core/v1';
import type { Resource } from '../../src/api/resource';
import { findJudge } from '../cluster/openshift/judge';
import { resourceOf } from '../cluster/reconciler/stage';
import { describeOnNode } from './describe';
import { HUB_URL, startHub } from './hub';
import { PROGRAMS } from './images/programs';
import { loaderImage, workbenchImage } from './images/python';
import type { NodeCluster } from './node-cluster';
import { OpenShiftAdmission } from './openshift/admission';
import { INDEX_URL } from './scenes/workbench';
import { NodeStage, scripted } from './stage';

const STORE = '/var/lib/nas';
const STORE_GROUP = 5000;
const SMALL = { cpu: '20m', memory: '128Mi', disk: '100Mi' };

const PLATFORM = Platform.onPremises({
  clusterName: 'ocp', store: OnPremisesStore.directory(STORE), openShift: { storeGroup: STORE_GROUP }, mirrors: { huggingFace: HUB_URL, pypi: INDEX_URL },
});

const SERVE = `exec node -e "
require('http').createServer((_, response) => response.end(require('fs').readFileSync('/content/model/model.txt'))).listen(8080)"`;

class OpenShiftStage extends NodeStage {
  public admission?: OpenShiftAdmission;

  constructor(cluster: () => NodeCluster) {
    super(cluster, { platform: PLATFORM, before: (node) => startHub(node, { files: { 'models/acme/tiny/.hub.json': '{"tags":["v1"]}', 'models/acme/tiny/config.json': '{}' } }) });
  }

  protected override async prepare(): Promise<void> {
    this.admission = new OpenShiftAdmission(path.join(path.dirname(this.cluster.kubeconfig), 'admission'));
    await this.admission.start(this.cluster);
    await super.prepare();
  }

  public override async close(): Promise<void> {
    this.admission?.stop();
    await super.close();
  }

  /** With a folder on the shared file system, as an administrator makes it. */
  public async workspace(): Promise<{ readonly namespace: string; readonly user: number }> {
    const namespace = await this.namespace();
    await this.cluster.onNode('sh', '-c', `mkdir -p ${STORE}/${namespace} && chown 0:${STORE_GROUP} ${STORE}/${namespace} && chmod 2775 ${STORE}/${namespace}`);
    return { namespace, user: this.admission?.userOf(namespace) ?? 0 };
  }

  public async started(...resources: readonly Resource[]): Promise<void> {
    for (const resource of resources) await this.apply(resource);
    await Promise.all(resources.map((resource) => this.ready(resource)));
  }
}

const describeOnOpenShift = findJudge() ? describeOnNode : describe.skip.bind(undefined) as unknown as typeof describeOnNode;

describeOnOpenShift('on OpenShift', [PROGRAMS, loaderImage, workbenchImage], (cluster) => {
  const stage = new OpenShiftStage(cluster);

  const served = stage.scene(async () => {
    const { namespace, user } = await stage.workspace();
    const script = 'umask 077; id -u > /content/artifacts/model.txt; id -G >> /content/artifacts/model.txt';
    const model = scripted('Model', { namespace, name: 'opt' }, { script });
    const server = scripted('Server', { namespace, name: 'chat' }, { script: SERVE, model: { name: 'opt' } });
    await stage.started(model, server);
    const { spec } = await stage.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'chat-server' });
    const answer = await (await fetch(`http://${spec?.clusterIP}:8080/`)).text();
    const published = await stage.cluster.onNode('sh', '-c', `stat -c '%u %g %a' ${STORE}/${namespace}/models/*/files/model.txt`);
    return { user, answer, published: published.trim() };
  });

  test('what a program writes for itself alone is published and served, all as the user of the namespace, in group 0', async () => {
    const { user, answer, published } = await served();
    expect(answer.split('\n')[0]).toBe(String(user));
    expect(answer.split('\n')[1]?.split(' ').map(Number)).toEqual([0, STORE_GROUP, user]);
    expect(published).toBe(`${user} ${STORE_GROUP} 444`);
  });

  const loaded = stage.scene(async () => {
    const { namespace } = await stage.workspace();
    const model = resourceOf('Model', { namespace, name: 'tiny' }, {
      runtime: { name: 'huggingface', version: 1 }, image: loaderImage.name, params: { repo: 'acme/tiny' }, resources: SMALL,
    });
    await stage.started(model);
    return stage.cluster.onNode('sh', '-c', `ls ${STORE}/${namespace}/models/*/files`);
  });

  test('our loader loads a model', async () => expect((await loaded()).trim().split('\n')).toContain('config.json'));

  const opened = stage.scene(async () => {
    const { namespace, user } = await stage.workspace();
    const notebook = resourceOf('Notebook', { namespace, name: 'lab' }, { runtime: { name: 'jupyter', version: 1 }, image: workbenchImage.name, resources: { ...SMALL, cpu: '100m', memory: '256Mi' } });
    await stage.started(notebook);
    const exec = (script: string) => stage.cluster.kubectl('exec', '--namespace', namespace, 'deployment/lab-notebook', '--', 'sh', '-c', script);
    return { user, said: await exec('id -u; touch /content/work/mine && echo written; python3 -c "import getpass, os; print(os.path.expanduser(\'~\'), getpass.getuser())"') };
  });

  test('a notebook opens, writes where things stay, and has a home and a name', async () => {
    const { user, said } = await opened();
    expect(said.trim().split('\n')).toEqual([String(user), 'written', '/content/work substratus']);
  });

  const refused = stage.scene(async () => {
    const { namespace } = await stage.workspace();
    const model = scripted('Model', { namespace, name: 'opt' }, { script: 'true', pod: { securityContext: { runAsUser: 1234 } } });
    await stage.apply(model);
    return stage.until('its status says why', async () => {
      const said = (await stage.get(model)).status?.conditions?.map(({ message }) => message).join(' ') ?? '';
      return said.includes('1234') && said;
    });
  });

  test('a user of one\'s own is refused, and the status has the words of OpenShift', async () => {
    expect(await refused()).toMatch(/1234: must be in the ranges: \[\d+, \d+\]/);
  });

  beforeAll(() => stage.open());
  afterAll(() => stage.close());
});
