import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../../src/reconciler/kube/config';

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'config-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** As kubectl writes it, in JSON. */
function kubeconfig({ cluster, user }: { cluster: object; user: object }): string {
  return JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{ name: 'one', cluster }, { name: 'other', cluster: {} }],
    'contexts': [{ name: 'here', context: { cluster: 'one', namespace: 'team-a', user: 'me' } }],
    'current-context': 'here',
    'preferences': {},
    'users': [{ name: 'me', user }, { name: 'google', user: { exec: { command: 'gke-gcloud-auth-plugin', args: null } } }],
  });
}

function loaded(files: Readonly<Record<string, string>>): ReturnType<typeof loadConfig> {
  return loadConfig({ KUBECONFIG: join(folder(files), 'config') });
}

describe('in a cluster', () => {
  const files = { 'token': 'secret\n', 'ca.crt': 'PEM', 'namespace': 'substratus' };

  test('server, certificate, token and namespace are those of the pod', async () => {
    const config = loadConfig({ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' }, { serviceAccountFolder: folder(files) });
    expect(config).toMatchObject({ server: 'https://10.0.0.1:6443', ca: 'PEM', namespace: 'substratus' });
    expect(await config.token?.token()).toBe('secret');
  });

  test('an IPv6 address is in brackets', () => {
    expect(loadConfig({ KUBERNETES_SERVICE_HOST: 'fd00::1' }, { serviceAccountFolder: folder(files) }).server).toBe('https://[fd00::1]:443');
  });

  test('anywhere else it says what to do', () => {
    expect(() => loadConfig({})).toThrow('no API server is known; run in a pod, or set KUBECONFIG to a kubeconfig file');
  });
});

describe('a kubeconfig file', () => {
  test('may have all that is needed in it', async () => {
    const config = loaded({
      config: kubeconfig({
        cluster: { 'certificate-authority-data': base64('CA'), 'server': 'https://example.org:6443', 'tls-server-name': 'kubernetes' },
        user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), 'token': 'abc' },
      }),
    });
    expect(config).toMatchObject({
      server: 'https://example.org:6443', ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'kubernetes', namespace: 'team-a', isInsecure: false,
    });
    expect(await config.token?.token()).toBe('abc');
  });

  test('may name files, from where it is', async () => {
    const config = loaded({
      'config': kubeconfig({
        cluster: { 'certificate-authority': 'pki/ca.crt', 'server': 'https://example.org' },
        user: { 'client-certificate': 'pki/me.crt', 'client-key': 'pki/me.key', 'tokenFile': 'pki/token' },
      }),
      'pki/ca.crt': 'CA', 'pki/me.crt': 'CERT', 'pki/me.key': 'KEY', 'pki/token': 'abc\n',
    });
    expect(config).toMatchObject({ ca: 'CA', cert: 'CERT', key: 'KEY' });
    expect(await config.token?.token()).toBe('abc');
  });

  test.each(['exec', 'auth-provider', 'username', 'password', 'as'])('with %s is refused, and how to fix it', (field) => {
    const user = { [field]: field === 'exec' ? { command: 'gke-gcloud-auth-plugin' } : 'x' };
    const load = (): unknown => loaded({ config: kubeconfig({ cluster: { server: 'https://example.org' }, user }) });
    expect(load).toThrow(`${field} is not supported; use a token or a client certificate, for example of a service account`);
  });

  test('does without the server\'s certificate on this machine only', () => {
    const load = (server: string): unknown => loaded({
      config: kubeconfig({ cluster: { 'insecure-skip-tls-verify': true, server }, user: { token: 't' } }),
    });
    expect(load('https://127.0.0.1:6443')).toMatchObject({ isInsecure: true });
    expect(() => load('https://example.org')).toThrow('insecure-skip-tls-verify is only for this machine, and the server is https://example.org; set certificate-authority');
  });

  test('with another user\'s plugin is no obstacle', () => {
    expect(loaded({ config: kubeconfig({ cluster: { server: 'https://example.org' }, user: { token: 't' } }) }).server).toBe('https://example.org');
  });

  test.each([
    ['without such a context', '{"current-context": "gone", "contexts": [{"name": "here", "context": {}}]}', 'contexts has no gone; it has here'],
    ['without a context', '{"kind": "Config"}', 'contexts has no current context; it has none'],
    ['in YAML', 'kind: Config', 'it is not JSON; write it with kubectl config view --raw --flatten --minify --output json'],
  ])('%s is an error that names it', (_, config, message) => {
    expect(() => loaded({ config })).toThrow(message);
    expect(() => loaded({ config })).toThrow(/^kubeconfig .*\/config: /);
  });

  test('that is not there is an error that names it', () => {
    expect(() => loadConfig({ KUBECONFIG: '/nowhere/config' })).toThrow('kubeconfig /nowhere/config: ENOENT');
  });
});
