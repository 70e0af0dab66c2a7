import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformSpec } from '../../src/api/platform';
import { imageNamed, IMAGES } from '../../src/catalog/images';
import { ALL_ADDONS } from '../../src/clouds/cloud';
import { clusterAddons } from '../../src/clouds/terraform';
import { platformOf } from '../expand/fixtures';

/** Envoy's rate limit service has no versions: its images are tagged with commits. https://github.com/envoyproxy/ratelimit#docker-image */
const OF_COMMITS = 'docker.io/envoyproxy/ratelimit';

test('every image names its registry and its version', () => {
  const complete = /^[a-z0-9.]+\.[a-z]+\/[a-z0-9./-]+:([a-z0-9]+-)*(v?\d+\.\d+\.\d+(\.\d+)?(-[a-z0-9.]+)*|b\d{4,}|\d{4}-\d{2}-\d{2}|RELEASE\.[0-9TZ-]+)(@sha256:[0-9a-f]{64})?$/;
  const isComplete = (image: string): boolean => complete.test(image) || (image.startsWith(`${OF_COMMITS}:`) && /:[0-9a-f]{8}$/.test(image));
  expect(Object.values(IMAGES).filter((image) => !isComplete(image))).toEqual([]);
});

test('a platform may have an image from a registry of its own', () => {
  const platform = platformOf('gcp', { images: { rclone: 'mirror.example.com/rclone:1' } });
  expect(imageNamed(platform, 'rclone')).toBe('mirror.example.com/rclone:1');
  expect(imageNamed(platform, 'buildkit')).toBe(IMAGES.buildkit);
});

describe('A10: mirrors of the registries of our images', () => {
  const platform = platformOf('gcp', { imageMirrors: { 'docker.io': 'registry.acme.example/dockerhub', 'docker.io/moby': 'registry.acme.example/moby', 'nvcr.io': 'registry.acme.example/nvidia' } });

  test('an image comes from the mirror of its registry, or of the longest part of its name that has one', () => {
    expect(imageNamed(platform, 'rclone')).toBe(IMAGES.rclone.replace('docker.io', 'registry.acme.example/dockerhub'));
    expect(imageNamed(platform, 'buildkit')).toBe(IMAGES.buildkit.replace('docker.io/moby', 'registry.acme.example/moby'));
    expect(imageNamed(platform, 'aws-cli')).toBe(IMAGES['aws-cli']);
  });

  test('one that is named in images is taken as it is, and a part of a name is not a part of a word', () => {
    expect(imageNamed({ ...platform, images: { rclone: 'docker.io/acme/rclone:1' } }, 'rclone')).toBe('docker.io/acme/rclone:1');
    expect(imageNamed({ imageMirrors: { 'docker.i': 'x', 'docker.io/rclone/rc': 'x' } }, 'rclone')).toBe(IMAGES.rclone);
  });

  test('every image of every add-on can be replaced, and comes from a mirror', () => {
    const pools = ['nvidia-l4', 'aws-trainium1'].map((gpu) => ({ name: gpu, gpu, gpusPerNode: 1 }));
    const shared = [{ name: 's', gpu: 'nvidia-l4', gpusPerNode: 1, nodeLabels: { 'substratus.ai/gpu-sharing': 'time-slicing-4' } }];
    const imagesOn = (changes: Partial<PlatformSpec>) => ['aws', 'azure', 'local'].flatMap((cloud) => (
      clusterAddons(platformOf(cloud, { gpuPools: [...pools, ...shared], ...changes }), ALL_ADDONS).flatMap((object) => JSON.stringify(object).match(/"image":"[^"]*"/g) ?? [])
    ));
    const registries = [...new Set(Object.values(IMAGES).map((image) => image.split('/')[0] ?? ''))];
    expect(imagesOn({ imageMirrors: Object.fromEntries(registries.map((registry) => [registry, 'mirror.example.com'])) }).filter((image) => !image.includes('"mirror.example.com/'))).toEqual([]);
    expect(new Set(imagesOn({ images: Object.fromEntries(Object.keys(IMAGES).map((name) => [name, `mine/${name}`])) })))
      .toEqual(new Set(['cluster-autoscaler', 'nvidia-device-plugin', 'neuron-device-plugin'].map((name) => `"image":"mine/${name}"`)));
  });

  test('the docs name every one of them', () => {
    const page = readFileSync(join(__dirname, '../../docs/workspace-and-platform.md'), 'utf8');
    expect(Object.keys(IMAGES).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
