import { environmentOf } from '../../scripts/local-cluster';

test('the program gets what its Deployment sets, but for what only a pod knows', () => {
  const env = [
    { name: 'LOG_LEVEL', value: 'debug' },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ];
  const spec = { selector: {}, template: { spec: { containers: [{ name: 'reconciler', env }] } } };
  expect(environmentOf({ spec })).toEqual({ LOG_LEVEL: 'debug' });
});
