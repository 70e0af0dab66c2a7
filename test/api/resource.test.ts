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
