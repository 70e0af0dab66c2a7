/** Nodes that are lent for a week: what is said of runs that may take longer. */
import { Duration } from 'cdk8s';
import { Capacity, Gpu, Platform } from '../../../src';
import { appOf, model, workspace } from '../fixtures';

function flexible(): Platform {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, flexStart: true });
  platform.addGpuPool('h100-queued', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, queued: true });
  return platform;
}

function warningsOf(timeout: Duration, capacity: Capacity): unknown[] {
  const told = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const team = workspace(flexible());
  model(team, 'tuned', { timeout, resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8, capacity } });
  appOf(team).synthYaml();
  appOf(team).synthYaml();
  const messages = told.mock.calls.map(([message]) => message);
  told.mockRestore();
  return messages;
}

test.each([Capacity.FLEX_START, Capacity.QUEUED])('a timeout above a week on %s nodes is a warning, once', (capacity) => {
  expect(warningsOf(Duration.days(10), capacity)).toEqual([
    `[team-a/tuned] timeout is 240h, but ${capacity} nodes are lent for 168h (7 days) at most: a run that takes longer is stopped then, and goes `
    + 'on from what it has left in /content/artifacts on other nodes; use another capacity, or write checkpoints',
  ]);
});

test('a timeout of a week is not', () => {
  expect(warningsOf(Duration.days(7), Capacity.FLEX_START)).toEqual([]);
});
