import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';

test('there are five clouds, by the names that they give themselves', () => {
  expect(CLOUD_NAMES.map((name) => cloudNamed(name).name)).toEqual(['gcp', 'aws', 'azure', 'local', 'on-premises']);
});

test.each(['ibm', '', 'constructor'])('cloud %j is an error that lists the clouds', (name) => {
  expect(() => cloudNamed(name)).toThrow(`cloud is ${name}, which is none of gcp, aws, azure, local, on-premises`);
});

test('without a GPU a container asks for what the original Substratus gave it, but for a laptop', () => {
  const defaults = CLOUD_NAMES.map((name) => cloudNamed(name).defaults);
  expect(defaults.map(({ cpu, memoryGiB }) => [cpu, memoryGiB])).toEqual([['2', 10], ['2', 10], ['2', 10], ['500m', 2], ['2', 10]]);
});
