import { servedNames } from '../../src/api/adapters';
import { isArtifactResource, referencesOf } from '../../src/api/resource';
import { dataset, model, notebook, server } from '../expand/fixtures';

test('a model and a dataset are artifacts, a server and a notebook are not', () => {
  expect([model(), dataset(), server(), notebook()].map(isArtifactResource)).toEqual([true, true, false, false]);
});

test('a resource has the references that it names', () => {
  expect(referencesOf(model({ model: { name: 'a' }, dataset: { name: 'b', namespace: 'c' } }))).toEqual({
    model: { name: 'a' }, dataset: { name: 'b', namespace: 'c' },
  });
  expect(referencesOf(dataset())).toEqual({});
});

test('a server refers to its adapters, by their names', () => {
  const adapters = [{ name: 'sql', model: { name: 'sql-1', namespace: 'c' } }, { name: 'help', model: { name: 'help-1' } }];
  expect(Object.entries(referencesOf(server({ adapters })))).toEqual([
    ['model', { name: 'opt' }], ['adapters.help', { name: 'help-1' }], ['adapters.sql', { name: 'sql-1', namespace: 'c' }],
  ]);
});

test('a server answers under its name, that of its base, and those of its adapters', () => {
  const adapters = [{ name: 'sql', model: { name: 'sql-1' } }, { name: 'help', model: { name: 'help-1' } }];
  expect(servedNames(server())).toEqual(['chat']);
  expect(servedNames(server({ base: { name: 'opt' }, adapters }))).toEqual(['chat', 'chat:base', 'chat:help', 'chat:sql']);
});
