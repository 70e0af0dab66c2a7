import type { ConfigMap } from 'kubernetes-types/core/v1';
import { notebookName, tokenSecretName } from '../../src/expand';
import { childOf, childrenOf, mountPaths, nameOf, notebook, platformOf, the, userContainer, userPod, volumeNamed } from './fixtures';

const FULL = notebook({ model: { name: 'opt' }, dataset: { name: 'squad' } });

function tokenOf(resource = notebook(), name = 'NOTEBOOK_TOKEN') {
  return the((userContainer(resource).env ?? []).filter((variable) => variable.name === name), name);
}

test('names, labels and ports are those of the original Substratus', () => {
  const children = childrenOf(notebook()).filter(({ object: { kind } }) => kind !== 'ConfigMap');
  expect(children.map(({ object }) => `${object.kind} ${nameOf(object)}`)).toEqual([
    'PersistentVolumeClaim lab-notebook', 'Deployment lab-notebook', 'Service lab-notebook',
  ]);
  expect(notebookName(notebook())).toBe('lab-notebook');
  expect(userContainer(notebook())).toMatchObject({ name: 'notebook', ports: [{ name: 'notebook', containerPort: 8888 }] });
  expect(childOf('Deployment', notebook()).spec?.selector.matchLabels).toEqual({ notebook: 'lab', role: 'run' });
});

test('its token is a reference to a Secret of its own, under both names', () => {
  const reference = { secretKeyRef: { name: 'lab-notebook-token', key: 'token' } };
  expect(tokenSecretName(notebook())).toBe('lab-notebook-token');
  expect(tokenOf()).toEqual({ name: 'NOTEBOOK_TOKEN', valueFrom: reference });
  expect(tokenOf(notebook(), 'JUPYTER_TOKEN').valueFrom).toEqual(reference);
});

test('no child holds a token: the Secret is not among them, and the command has none', () => {
  expect(childrenOf(notebook()).map(({ object }) => object.kind)).not.toContain('Secret');
  expect(userContainer(notebook()).command?.join(' ')).not.toMatch(/token/i);
});

test('a token that its author sets is the one that Jupyter takes', () => {
  const own = notebook({ env: { NOTEBOOK_TOKEN: '${{ secrets.mine.key }}' } });
  const reference = { secretKeyRef: { name: 'mine', key: 'key' } };
  expect([tokenOf(own).valueFrom, tokenOf(own, 'JUPYTER_TOKEN').valueFrom]).toEqual([reference, reference]);
});

test('it is replaced after an eviction, and never runs twice', () => {
  const { replicas, strategy } = childOf('Deployment', notebook()).spec ?? {};
  expect({ replicas, strategy }).toEqual({ replicas: 1, strategy: { type: 'Recreate' } });
});

test('suspended it runs nowhere, and keeps its disk', () => {
  const suspended = notebook({ suspend: true });
  expect(childOf('Deployment', suspended).spec?.replicas).toBe(0);
  expect(childOf('PersistentVolumeClaim', suspended)).toEqual(childOf('PersistentVolumeClaim', notebook()));
});

test('its work and its artifacts are on that disk', () => {
  const mounts = userContainer(notebook()).volumeMounts?.filter(({ name }) => name === 'storage');
  expect(mounts?.map(({ mountPath }) => mountPath)).toEqual(['/content/work', '/content/artifacts']);
  expect(volumeNamed('storage', userPod(notebook())).persistentVolumeClaim).toEqual({ claimName: 'lab-notebook' });
});

test('the disk is of the size and class that is asked for, or of 20 GiB', () => {
  const specOf = (resource = notebook()) => childOf('PersistentVolumeClaim', resource).spec;
  expect(specOf()?.resources?.requests?.storage).toBe('20Gi');
  expect(specOf(notebook({ storage: { size: '1Ti', storageClassName: 'fast' } }))).toMatchObject({
    resources: { requests: { storage: '1Ti' } }, storageClassName: 'fast',
  });
});

test('the container contract holds, with inputs and without', () => {
  const own = ['/content/artifacts', '/content/params.json', '/content/work', '/dev/shm'];
  expect(mountPaths(userContainer(notebook()))).toEqual(own);
  expect(mountPaths(userContainer(FULL))).toEqual([...own, '/content/data', '/content/model'].sort());
});

test('it serves Jupyter below /content, unless its author says another command', () => {
  expect(userContainer(notebook()).command).toEqual(expect.arrayContaining(['jupyter', 'lab', '--port=8888', '--notebook-dir=/content']) as string[]);
  expect(userContainer(notebook({ command: ['notebook.sh'] })).command).toEqual(['notebook.sh']);
});

/* Jupyter's contents API has paths below its root: `work` is /content/work. Tried with JupyterLab 4.6. */
test('R10: it opens where what is saved stays, and the inputs are within reach', () => {
  const { command = [], volumeMounts = [] } = userContainer(FULL);
  expect(command).toEqual(expect.arrayContaining(['--notebook-dir=/content', '--LabApp.default_url=/lab/tree/work', '--FileContentsManager.preferred_dir=work']));
  expect(volumeMounts.find(({ mountPath }) => mountPath === '/content/work')?.name).toBe('storage');
});

test('A17: it is ready when Jupyter\'s API answers, or another path', () => {
  expect(userContainer(notebook()).readinessProbe?.httpGet).toEqual({ path: '/api', port: 'notebook' });
  expect(userContainer(notebook({ readinessPath: '/healthz' })).readinessProbe?.httpGet).toEqual({ path: '/healthz', port: 'notebook' });
});

test('it has no write access to the store, on any cloud', () => {
  for (const cloud of ['aws', 'azure', 'local']) {
    const pod = userPod(FULL, { platform: platformOf(cloud) });
    expect([pod.serviceAccountName, volumeNamed('model', pod).persistentVolumeClaim?.readOnly]).toEqual(['artifact-reader', true]);
  }
});

describe('VS Code beside Jupyter', () => {
  const IDE = notebook({ image: undefined, runtime: { name: 'vscode' } });

  test('is copied from its own image, by a helper without rights, into the container with Python', () => {
    const { initContainers = [], volumes } = userPod(IDE);
    const step = the(initContainers.filter(({ name }) => name === 'vscode'), 'vscode');
    expect(step.image).toMatch(/^docker\.io\/codercom\/code-server:/);
    expect(step.command).toEqual(['cp', '-R', '/usr/lib/code-server/.', '/opt/vscode']);
    expect(step.securityContext).toMatchObject({ runAsNonRoot: true, readOnlyRootFilesystem: true });
    expect(step.env).toBeUndefined();
    expect(mountPaths(step)).toEqual(['/opt/vscode']);
    expect(mountPaths(userContainer(IDE))).toContain('/opt/vscode');
    expect(volumes?.find(({ name }) => name === 'step')?.emptyDir).toEqual({});
  });

  /* Tried with Jupyter Server 2.21, jupyter-server-proxy 4.6 and code-server 4.139 as user 1000. */
  test('has no port and no password of its own: it is reached and asked for activity through Jupyter', () => {
    const { ports, command, env = [] } = userContainer(IDE);
    expect(ports).toEqual([{ name: 'notebook', containerPort: 8888, protocol: 'TCP' }]);
    expect(command?.[0]).toBe('sh');
    expect(env).toContainEqual({ name: 'JUPYTER_CONFIG_PATH', value: '/opt/substratus' });
    const { data } = childrenOf(IDE).map(({ object }) => object as ConfigMap).find((object) => nameOf(object).includes('-program-')) ?? {};
    expect(Object.keys(data ?? {})).toEqual(expect.arrayContaining(['start.sh', 'start.ipynb', 'jupyter_server_config.json', 'requirements.txt']));
    expect(data?.['jupyter_server_config.json']).toContain('{unix_socket}');
  });

  test('meets the restricted standard', () => {
    const pod = userPod({ ...IDE, spec: { ...IDE.spec, podSecurity: 'restricted' } });
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsNonRoot: true });
  });

  test('a private workspace needs a mirror of the packages that open it', () => {
    const closed = (changes = {}) => ({ platform: platformOf('gcp', { workspaces: [{ namespace: 'team-a', private: true }], ...changes }) });
    expect(() => userPod(IDE, closed())).toThrow('workspace team-a is private, but workbench vscode installs packages; give the platform mirrors.pypi');
    expect(() => userPod(IDE, closed({ mirrors: { pypi: 'https://pypi.acme.example/simple' } }))).not.toThrow();
  });
});

test('pip and the hubs\' clients in a notebook go to the mirrors of the platform', () => {
  const mirrors = { huggingFace: 'https://hub.acme.example', pypi: 'http://10.1.2.3:8080/simple' };
  expect(userContainer(notebook({ image: undefined }), { platform: platformOf('gcp', { mirrors }) }).env).toEqual(expect.arrayContaining([
    { name: 'HF_ENDPOINT', value: 'https://hub.acme.example' },
    { name: 'PIP_INDEX_URL', value: 'http://10.1.2.3:8080/simple' },
    { name: 'PIP_TRUSTED_HOST', value: '10.1.2.3' },
  ]));
});
