import { helperImage, IMAGES } from '../../src/catalog/images';
import { platformOf } from '../expand/fixtures';

test('every image names its registry and its version', () => {
  expect(Object.values(IMAGES).filter((image) => !/^[a-z.]+\.[a-z]+\/[a-z0-9/-]+:v?\d+\.\d+\.\d+(-[a-z]+)?(@sha256:[0-9a-f]{64})?$/.test(image))).toEqual([]);
});

test('a platform may have an image from a registry of its own', () => {
  const platform = platformOf('gcp', { images: { rclone: 'mirror.example.com/rclone:1' } });
  expect(helperImage(platform, 'rclone')).toBe('mirror.example.com/rclone:1');
  expect(helperImage(platform, 'buildkit')).toBe(IMAGES.buildkit);
});
