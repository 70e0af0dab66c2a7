import { credentialIn, credentialProblem, userinfoProblem } from '../../src/api/credentials';

const TOKEN = 'ghp_abcdefghijklmnopqrstuvwx';

test.each([
  ['alone', TOKEN, 'a token of GitHub'],
  ['as an option', `--token=${TOKEN}`, 'a token of GitHub'],
  ['in a shell', 'export HF_TOKEN="hf_abcdefghijklmnopqrstuvwx"; python train.py', 'a token of Hugging Face'],
  ['in a header', 'Authorization: Bearer sk-abcdefghijklmnopqrst', 'an API key'],
  ['in JSON', '{"aws_access_key_id":"AKIAABCDEFGHIJKLMNOP"}', 'an access key of AWS'],
  ['of GitLab', 'glpat-abcdefghijklmnopqrst', 'a token of GitLab'],
  ['of the web', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'a JSON web token'],
  ['of npm', `npm_${'a1B2'.repeat(9)}`, 'a token of npm'],
  ['in a text within JSON', '"token = \\"hf_abcdefghijklmnopqrstuv\\"\\n"', 'a token of Hugging Face'],
  ['on a line of its own within JSON', '"a\\nhf_abcdefghijklmnopqrstuv\\nb"', 'a token of Hugging Face'],
  ['at the end of a sentence', `The token is ${TOKEN}.`, 'a token of GitHub'],
  ['in a call', `Use ${TOKEN}!`, 'a token of GitHub'],
  ['in Markdown', `**${TOKEN}**...`, 'a token of GitHub'],
  ['without a signature', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.', 'a JSON web token'],
  ['as a key', '-----BEGIN RSA PRIVATE KEY-----\nMII', 'a private key'],
  ['as the password of a URL', 'postgres://user:correct-horse@db/x', 'a URL with a password'],
  ['as a signed URL', 'https://acme.blob.core.windows.net/m/a.tar.gz?sp=r&sig=abcdefghijklmnopqrstuvwx%3D', 'a signed URL'],
])('a credential %s is seen', (_, text, name) => {
  expect(credentialIn(text)).toBe(name);
});

test.each([
  'hf_small', 'sk-learn', 'https://github.com/acme/models', 'postgres://user:$(PASSWORD)@db/x', 'user@host.example', 'a:b@c', '',
  '<|begin_of_text|>', 'sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43', 'meta-llama/Llama-3.1-70B', '${{ secrets.hf.token }}',
  'npm_config_registry_of_the_company_here', 'C:\\models\\new\\checkpoint', 'hf_model_name_of_many_words.',
])('%j is none', (text) => {
  expect(credentialIn(text)).toBeUndefined();
});

test.each([
  ['args.1', { args: ['--token', TOKEN] }],
  ['command.2', { command: ['sh', '-c', `curl -H "Authorization: Bearer ${TOKEN}"`] }],
  ['params.token', { params: { token: TOKEN } }],
  ['env.HUB', { env: { HUB: `Bearer ${TOKEN}` } }],
  ['runtimeEnv.HUB', { runtimeEnv: { HUB: TOKEN } }],
  ['build.git.branch', { build: { git: { url: 'https://github.com/a/b', branch: TOKEN } } }],
  ['pod.annotations.note', { pod: { annotations: { note: TOKEN } } }],
  ['pod.volumes.0.csi.volumeAttributes.token', { pod: { volumes: [{ csi: { volumeAttributes: { token: TOKEN } } }] } }],
  ['params.<a key>', { params: { [TOKEN]: 1 } }],
])('A6: %s is named, and what it holds is not', (path, spec) => {
  const problem = credentialProblem(spec);
  expect(problem).toBe(`${path} looks like a token of GitHub, in plain text; `
    + 'put it in a Secret and write ${{ secrets.<name>.<key> }} in env, or set allowPlainText: true');
  expect(credentialProblem({ ...spec, allowPlainText: true })).toBeUndefined();
});

test.each([
  `https://x-access-token:${TOKEN}@github.com/acme/x`, `https://${TOKEN}@github.com/acme/x.git`, 'https://@github.com/acme/x', 'http://a:b@[::1]/x',
  'https://user%40x:p@host/x#main', 'ssh://git:password@github.com/x', 'git+https://a@b/c', 'https://host\n@x/y',
])('A6: %j has credentials, whatever allowPlainText says', (url) => {
  const problem = credentialProblem({ build: { git: { url } }, allowPlainText: true });
  expect(problem).toMatch(/^build\.git\.url has a user name or token before @/);
  expect(problem).not.toContain(TOKEN);
});

test.each([
  'https://github.com/acme/models', 'https://github.com/acme/models.git#main:sub', 'https://host:8443/a/b@v1?x=@', 'http://host', 'git://host/x',
  'git@github.com:acme/models.git', 'ssh://git@github.com/acme/models.git', 'git+ssh://git@host/x', 'github.com/acme/models', 'file:///srv/git/x',
])('%s has none', (url) => {
  expect(userinfoProblem('url', url)).toBeUndefined();
});
