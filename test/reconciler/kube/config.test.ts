import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../../src/reconciler/kube/config';
import { parseYaml } from '../../../src/reconciler/kube/simple-yaml';

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

/** As kubectl writes it. */
function kubeconfig({ cluster, user }: { cluster: string; user: string }): string {
  return `apiVersion: v1
clusters:
- cluster:
${indented(cluster)}
  name: one
- name: other
  cluster: { }
contexts:
- context:
    cluster: one
    namespace: team-a
    user: me
  name: here
current-context: here
kind: Config
preferences: {}
users:
- name: me
  user:
${indented(user)}
`.replace('{ }', '{}');
}

function indented(text: string): string {
  return text.split('\n').map((line) => `    ${line}`).join('\n');
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
        cluster: `certificate-authority-data: ${base64('CA')}\nserver: https://example.org:6443\ntls-server-name: kubernetes`,
        user: `client-certificate-data: ${base64('CERT')}\nclient-key-data: ${base64('KEY')}\ntoken: abc`,
      }),
    });
    expect(config).toMatchObject({
      server: 'https://example.org:6443', ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'kubernetes', namespace: 'team-a', isInsecure: false,
    });
    expect(await config.token?.token()).toBe('abc');
  });

  test('may name files, from where it is', async () => {
    const config = loaded({
      'config': kubeconfig({ cluster: 'certificate-authority: pki/ca.crt\nserver: https://example.org', user: 'client-certificate: pki/me.crt\nclient-key: "pki/me.key"\ntokenFile: pki/token' }),
      'pki/ca.crt': 'CA', 'pki/me.crt': 'CERT', 'pki/me.key': 'KEY', 'pki/token': 'abc\n',
    });
    expect(config).toMatchObject({ ca: 'CA', cert: 'CERT', key: 'KEY' });
    expect(await config.token?.token()).toBe('abc');
  });

  test('may be JSON', () => {
    const config = {
      'current-context': 'c',
      'contexts': [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      'clusters': [{ name: 'k', cluster: { 'server': 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }],
      'users': [{ name: 'u', user: { token: 't' } }],
    };
    expect(loaded({ config: JSON.stringify(config) })).toMatchObject({ server: 'https://127.0.0.1:1', isInsecure: true });
  });

  test.each(['exec', 'auth-provider', 'username', 'password', 'as'])('with %s is refused, and how to fix it', (field) => {
    const user = field === 'exec' ? 'exec:\n  command: gke-gcloud-auth-plugin\n  installHint: |\n    Install: it\n\n    now' : `${field}: x`;
    const load = (): unknown => loaded({ config: kubeconfig({ cluster: 'server: https://example.org', user }) });
    expect(load).toThrow(`${field} is not supported; use a token or a client certificate, for example of a service account`);
  });

  test('does without the server\'s certificate on this machine only', () => {
    const load = (server: string): unknown => loaded({ config: kubeconfig({ cluster: `insecure-skip-tls-verify: true\nserver: ${server}`, user: 'token: t' }) });
    expect(load('https://127.0.0.1:6443')).toMatchObject({ isInsecure: true });
    expect(() => load('https://example.org')).toThrow('insecure-skip-tls-verify is only for this machine, and the server is https://example.org; set certificate-authority');
  });

  test('of another user\'s plugin in another context is no obstacle', () => {
    const config = kubeconfig({ cluster: 'server: https://example.org', user: 'token: t' });
    expect(loaded({ config: `${config}- name: google\n  user:\n    exec:\n      args: []\n      env: null\n      installHint: >-\n        a: b\n` }).server).toBe('https://example.org');
  });

  test.each([
    ['without such a context', 'current-context: gone\ncontexts:\n- name: here\n  context: {}', 'contexts has no gone; it has here'],
    ['without a context', 'kind: Config', 'contexts has no current context; it has none'],
    ['that is not a YAML', 'clusters: [a, b]', 'line 1 uses YAML that a kubeconfig has no need of: clusters: [a, b]'],
  ])('%s is an error that names it', (_, config, message) => {
    expect(() => loaded({ config })).toThrow(message);
    expect(() => loaded({ config })).toThrow(/^kubeconfig .*\/config: /);
  });

  test('that is not there is an error that names it', () => {
    expect(() => loadConfig({ KUBECONFIG: '/nowhere/config' })).toThrow('kubeconfig /nowhere/config: ENOENT');
  });
});

describe('the YAML of kubeconfig files', () => {
  test('nested mappings, sequences, quotes, blocks and comments are read', () => {
    const text = `---
# a comment
a: "x: \\"y\\" # z"   # one
'b b': 'it''s'
url: https://host:1/p#q
list:
  - one
  - two: 2
    three: ~
  -
    four: 4
same:
- - deep
- ''
empty: {}
none:
block: |
  first
  second
folded: >-
  one
  two
end: done
`;
    expect(parseYaml(text)).toEqual({
      'a': 'x: "y" # z', 'b b': 'it\'s', 'url': 'https://host:1/p#q', 'list': ['one', { two: '2', three: null }, { four: '4' }],
      'same': [['deep'], ''], 'empty': {}, 'none': null, 'block': 'first\nsecond', 'folded': 'one two', 'end': 'done',
    });
  });

  test.each([
    ['an anchor', 'a: &x 1'], ['an alias', 'a: *x'], ['a tag', 'a: !!str 1'], ['a flow mapping', 'a: {b: c}'], ['a second document', 'a: b\n---\nc: d'],
    ['a tab for spaces', 'a:\n\tb'], ['a line that is not a key', 'a: b\nwhat'], ['an unclosed quote', 'a: "b'], ['odd indentation', 'a: b\n  c: d'],
  ])('%s is an error, not a guess', (_, text) => {
    expect(() => parseYaml(text)).toThrow(/^line \d+ /);
  });

  test('nothing is null', () => {
    expect(parseYaml('\n# nothing\n')).toBeNull();
  });
});
