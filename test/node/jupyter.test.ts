/** Notebooks with a real Jupyter. */
import { Platform } from 'cdk-substratus';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { resourceOf } from '../cluster/reconciler/stage';
import { workbenchImage } from './images/python';
import { INDEX_URL, startIndex, workbench } from './scenes/workbench';
import { describeOnNodeStage } from './stage';

/** Starts a kernel and lets it compute for so long that whoever asks finds it busy. */
const COMPUTE = `
import json, os, time, urllib.request
from jupyter_client import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
url = 'http://127.0.0.1:8888/api/kernels'
headers = {'Authorization': 'token ' + os.environ['JUPYTER_TOKEN'], 'Content-Type': 'application/json'}
ask = lambda data=None: json.load(urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers)))
kernel = ask(b'{}')
client = BlockingKernelClient(connection_file=os.path.join(jupyter_runtime_dir(), 'kernel-' + kernel['id'] + '.json'))
client.load_connection_file()
client.start_channels(hb=False)
client.execute('import time; time.sleep(600)')
while ask()[0]['execution_state'] != 'busy': time.sleep(1)
`;

/** Longer than from one question of the reconciler to the next (10 s at the least): a question that counted would keep a notebook awake. */
const IDLE_TIMEOUT = '30s';
const IDLE_MS = 30_000;

describeOnNodeStage('a notebook with a real Jupyter', (stage) => {
  /** The ready-made one, unless the spec names an image. */
  const started = async (name: string, spec: object = {}) => {
    const namespace = await stage.namespace();
    const resources = { cpu: '100m', memory: '256Mi', disk: '100Mi' };
    const notebook = resourceOf('Notebook', { namespace, name }, { resources, ...spec });
    await stage.apply(notebook);
    await stage.ready(notebook);
    const exec = (...command: string[]) => stage.cluster.kubectl('exec', '--namespace', namespace, `deployment/${name}-notebook`, '--', ...command);
    return { namespace, notebook, exec };
  };

  const opened = stage.scene(async () => {
    const { namespace, exec } = await started('lab', { image: workbenchImage.name });
    const { spec } = await stage.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'lab-notebook' });
    const url = `http://${spec?.clusterIP}:8888`;
    const headers = { authorization: `token ${(await exec('printenv', 'JUPYTER_TOKEN')).trim()}` };
    const lab = await fetch(`${url}/`, { headers, redirect: 'manual' });
    const page = await (await fetch(`${url}/lab/tree/work`, { headers })).text();
    const { status: denied } = await fetch(`${url}/api/contents`);
    const made = await fetch(`${url}/api/contents/work`, { method: 'POST', headers, body: JSON.stringify({ type: 'notebook' }) });
    const [pod] = await stage.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { notebook: 'lab' } });
    await stage.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata?.name ?? '' });
    const kept = await stage.until('its next pod has the notebook', () => exec('ls', '/content/work').catch(() => ''));
    return { denied, location: lab.headers.get('location'), page, made: made.status, kept };
  });

  test('R10: it opens in /content/work, and what is saved there outlives the pod', async () => {
    const { location, page, made, kept } = await opened();
    expect(location).toMatch(/^\/lab\/tree\/work/);
    expect(page).toContain('"preferredPath"');
    expect({ made, kept: kept.trim() }).toEqual({ made: 201, kept: 'Untitled.ipynb' });
  });

  test('nobody gets in without its token', async () => {
    expect((await opened()).denied).toBe(403);
  });

  const idle = stage.scene(async () => {
    const { notebook } = await started('idle', { idleTimeout: IDLE_TIMEOUT });
    return stage.reason(notebook, 'Culled');
  });

  test('R1: an idle notebook is suspended, although it is asked whether it is idle', async () => {
    expect((await idle()).status).toBe('False');
  });

  const busy = stage.scene(async () => {
    const { notebook, exec } = await started('busy', { idleTimeout: IDLE_TIMEOUT });
    await exec('python3', '-c', COMPUTE);
    await new Promise((resolve) => setTimeout(resolve, 2 * IDLE_MS));
    return stage.ready(notebook);
  });

  test('R1: one that computes is not', async () => {
    expect((await busy()).status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  });

  describe('the workbench', () => workbench(stage));
}, {
  images: [workbenchImage],
  platform: Platform.local({ clusterName: 'laptop', mirrors: { pypi: INDEX_URL } }),
  before: startIndex,
});
