import { definitionErrors } from './definitions';

const release = (spec: object): object => ({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'keda' }, spec });

test('a valid object has no errors, and an unknown, a missing and a wrong field each have one', () => {
  expect(definitionErrors(release({ interval: '1h', chartRef: { kind: 'OCIRepository', name: 'eg' } }))).toEqual([]);
  expect(definitionErrors(release({ interval: '1h', intervall: '1h', chartRef: { kind: 'Git', name: 'eg' } }))).toEqual([
    'HelmRelease keda: spec.intervall is unknown',
    'HelmRelease keda: spec.chartRef.kind must be equal to one of the allowed values: OCIRepository,HelmChart,ExternalArtifact',
  ]);
  expect(definitionErrors(release({}))).toEqual(["HelmRelease keda: spec must have required property 'interval'"]);
});

test('a kind that no file has is an error', () => {
  expect(() => definitionErrors({ apiVersion: 'acme.example/v1', kind: 'Rocket' }))
    .toThrow('acme.example/v1 Rocket is in no file of test/schemas/definitions; add its project to refresh-definitions.mjs');
});
