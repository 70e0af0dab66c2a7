/** The ready-made notebook: what a person does in it, under restricted pod security. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1';
import { resourceOf } from '../../cluster/reconciler/stage';
import { PROGRAMS } from '../images/programs';
import { workbenchImage } from '../images/python';
import type { NodeCluster } from '../node-cluster';
import { startService, urlOfService } from '../service';
import { ARTIFACTS, scripted } from '../stage';
import type { NodeStage } from '../stage';

const KERNEL = fs.readFileSync(path.join(__dirname, '../fixtures/kernel.py'), 'utf8');
const INDEX = 'index';
const RESTRICTED = { podSecurity: 'restricted' };

/** An index of packages that has one, `colours`. */
const SERVE = `
import http.server, os, zipfile
os.makedirs('/tmp/index/simple/colours')
os.chdir('/tmp/index')
wheel = 'colours-1.0-py3-none-any.whl'
files = {
    'colours.py': 'SNOW = "white"\\n',
    'colours-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: colours\\nVersion: 1.0\\n',
    'colours-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
files['colours-1.0.dist-info/RECORD'] = ''.join(name + ',,\\n' for name in [*files, 'colours-1.0.dist-info/RECORD'])
with zipfile.ZipFile('simple/colours/' + wheel, 'w') as archive:
    for name, text in files.items(): archive.writestr(name, text)
open('simple/colours/index.html', 'w').write(f'<!DOCTYPE html><a href="{wheel}">{wheel}</a>')
http.server.test(http.server.SimpleHTTPRequestHandler, http.server.ThreadingHTTPServer, port=8080)
`;

export const INDEX_URL = `${urlOfService(INDEX)}/simple`;

export async function startIndex(cluster: NodeCluster): Promise<void> {
  await startService(cluster, { name: INDEX, image: workbenchImage.name, command: ['python3', '-c', SERVE] });
}

export function workbench(stage: NodeStage): void {
  /** Its inputs are there, written by a user that is not root either. */
  const opened = async () => {
    const namespace = await stage.namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await stage.cluster.onNode('sh', '-c', `mkdir -p ${ARTIFACTS}/${namespace} && chmod 777 ${ARTIFACTS}/${namespace}`);
    const wrote = (script: string) => ({ ...RESTRICTED, script, image: PROGRAMS.name, pod: { securityContext: { runAsUser: 1000 } } });
    const row = '{"prompt": "snow", "completion": "white"}';
    const base = scripted('Model', { namespace, name: 'base' }, wrote('echo weights > /content/artifacts/model.txt'));
    const colours = scripted('Dataset', { namespace, name: 'colours' }, wrote(`echo '${row}' > /content/artifacts/train.jsonl`));
    const notebook = resourceOf('Notebook', { namespace, name: 'lab' }, {
      ...RESTRICTED, runtime: { name: 'jupyter', version: 1 }, model: { name: 'base' }, dataset: { name: 'colours' },
      resources: { cpu: '100m', memory: '256Mi', disk: '100Mi' },
    });
    for (const resource of [base, colours, notebook]) await stage.apply(resource);
    await stage.ready(notebook);
    return namespace;
  };

  const used = stage.scene(async () => {
    const namespace = await opened();
    const exec = (...command: string[]) => stage.cluster.kubectl('exec', '--namespace', namespace, 'deployment/lab-notebook', '--', ...command);
    const run = async (code: object) => JSON.parse(await exec('python3', '-c', KERNEL, JSON.stringify(code))) as string[];
    const first = await run({ notebook: 'work/start.ipynb', cells: 2 });
    const installed = await run(['%pip install --quiet colours', 'import colours; print(colours.SNOW)']);
    const user = await exec('id', '-u');
    await exec('rm', '/content/work/start.ipynb');
    const [pod] = await stage.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { notebook: 'lab' } });
    await stage.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata?.name ?? '' });
    const again = await stage.until('its next pod runs code', () => run(['import colours; print(colours.SNOW)']).catch(() => undefined));
    return { first, installed, user: user.trim(), again, files: (await exec('ls', '/content/work')).trim() };
  });

  test('its first notebook opens the model and the data', async () => {
    const [files, rows] = (await used()).first;
    expect(files).toContain('/content/model/model.txt 8\n/content/data/train.jsonl 42\n');
    expect(rows).toMatch(/prompt +completion\n0 +snow +white/);
  });

  test('what its user installs is there in its next pod', async () => {
    const { installed, again } = await used();
    expect([installed[1], ...again]).toEqual(['white\n', 'white\n']);
  });

  test('its first notebook, when it is deleted, stays away', async () => {
    expect((await used()).files).toBe('');
  });

  test('it is not root, in a namespace that is restricted', async () => {
    expect((await used()).user).toBe('1000');
  });
}
