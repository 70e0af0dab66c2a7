import { childrenOf, CLOUDS, dataset, model, notebook, platformOf, server, templateOf, userContainer, userPod, userTemplate } from './fixtures';

const KINDS = [model, dataset, server, notebook];

test.each(KINDS.map((kind) => kind()))('command and args of a $kind are what its author says', (resource) => {
  const spec = { ...resource.spec, command: ['run'], args: ['--fast'] };
  expect(userContainer({ ...resource, spec } as typeof resource)).toMatchObject({ command: ['run'], args: ['--fast'] });
});

test('without them the image decides', () => {
  for (const resource of [model(), dataset(), server(), model({ command: [], args: [] })]) {
    const container = userContainer(resource);
    expect([container.command, container.args]).toEqual([undefined, undefined]);
  }
});

test('pull secrets are for the pod of the image', () => {
  expect(userPod(server({ imagePullSecrets: [{ name: 'registry' }] })).imagePullSecrets).toEqual([{ name: 'registry' }]);
  expect(userPod(server())).not.toHaveProperty('imagePullSecrets');
});

test('kubectl shows the logs of the user\'s container', () => {
  const containers = KINDS.map((kind) => userTemplate(kind()).metadata?.annotations?.['kubectl.kubernetes.io/default-container']);
  expect(containers).toEqual(['model', 'load', 'serve', 'notebook']);
});

test('on Azure every pod asks for its identity, elsewhere none does', () => {
  const asking = CLOUDS.map((cloud) => KINDS.flatMap((kind) => childrenOf(kind({ build: { git: { url: 'https://example.com/r' } } }), { platform: platformOf(cloud) }))
    .map(templateOf)
    .filter((template) => template !== undefined)
    .map((template) => template.metadata?.labels?.['azure.workload.identity/use']));
  expect(asking.map((labels) => [...new Set(labels)])).toEqual([[undefined], [undefined], ['true'], [undefined], [undefined]]);
});

test('other resources, env, command or image of a server are another template, so that it restarts', () => {
  const templates = [
    server(), server({ env: { A: '1' } }), server({ command: ['x'] }), server({ image: 'other' }), server({ resources: { cpu: 9 } }),
  ].map((resource) => JSON.stringify(userTemplate(resource)));
  expect(new Set(templates).size).toBe(5);
});

test('the order in which env and params were written restarts nothing', () => {
  const template = (spec: object) => JSON.stringify(userTemplate(server(spec)));
  expect(template({ env: { B: '1', A: '2' }, params: { y: 1, x: 2 } })).toBe(template({ params: { x: 2, y: 1 }, env: { A: '2', B: '1' } }));
});
