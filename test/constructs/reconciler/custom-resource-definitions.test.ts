import { App, Chart } from 'cdk8s';
import { CustomResourceDefinitions } from '../../../src';
import { customResourceDefinitions } from '../../../src/api/crds';
import { objectsOf } from '../fixtures';

test.each([['with', 'system'], ['without', undefined]])('a chart %s a namespace writes the same definitions, which have none', (_, namespace) => {
  const chart = new Chart(new App(), 'chart', { namespace });
  new CustomResourceDefinitions(chart, 'crds');
  const objects = objectsOf(chart);
  expect(objects.map(({ metadata }) => metadata?.name)).toEqual(
    ['models', 'datasets', 'servers', 'notebooks'].map((plural) => `${plural}.substratus.ai`));
  expect(objects).toEqual(customResourceDefinitions().map((definition) => expect.objectContaining({ ...definition })));
  expect(objects.filter(({ metadata }) => metadata?.namespace !== undefined)).toEqual([]);
});
