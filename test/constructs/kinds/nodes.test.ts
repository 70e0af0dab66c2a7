/** How an author serves one model on many nodes. */
import { Size } from 'cdk8s';
import { Autoscaling, Engine, Fabric, Gpu, GpuSharing, ModelFacts, Platform } from '../../../src';
import type { ServerProps } from '../../../src';
import type { ServerSpec } from '../../../src/api/resource';
import { INSTALL_LWS } from '../../../src/expand/lws';
import { messageOf, model, server, synthErrors, untyped, workspace, written } from '../fixtures';

function platform(maxNodes = 4): Platform {
  const gcp = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  gcp.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes });
  return gcp;
}

function withLws(maxNodes?: number): Platform {
  const gcp = platform(maxNodes);
  gcp.addLeaderWorkerSet();
  return gcp;
}

const LARGE: Partial<ServerProps> = { image: undefined, engine: Engine.vllm(), nodes: 2, resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 } };

function errors(props: Partial<ServerProps> = {}, on: Platform = withLws()): string[] {
  const team = workspace(on);
  server(team, 'chat', { ...LARGE, ...props });
  return synthErrors(team);
}

test('is written as it was said, with what follows for its GPUs', () => {
  const team = workspace(withLws());
  const facts = ModelFacts.of('deepseek-ai/DeepSeek-R1-0528');
  const deepseek = model(team, 'deepseek', { facts });
  const { nodes, params } = written(server(team, 'chat', { ...LARGE, model: deepseek })).spec as ServerSpec;
  expect([nodes, params?.tensorParallel, params?.maxModelLen]).toEqual([2, 8, 163840]);
  expect(synthErrors(team)).toEqual(['no error']);
});

test('what cannot be is said at once', () => {
  const refusal = (props: Partial<ServerProps>) => messageOf(() => server(workspace(withLws()), 'chat', { ...LARGE, ...props }));
  expect(refusal({ nodes: 0 })).toBe('[team-a/chat] nodes is 0; give a whole number from 1 to 64');
  expect(refusal({ nodes: untyped('2') })).toBe("[team-a/chat] nodes is '2'; give a whole number from 1 to 64");
  expect(refusal({ autoscaling: Autoscaling.concurrency({ min: 0, max: 2 }) }))
    .toBe('[team-a/chat] autoscaling.min is 0 but nodes is 2: a request would wait until 2 nodes are there at once; give a min of 1, or leave nodes out');
  expect(refusal({ resources: { gpu: Gpu.NVIDIA_H100, gpuSharing: GpuSharing.timeSlicing(4) } }))
    .toBe('[team-a/chat] gpu.sharing is time-slicing-4 but nodes is 2, which takes whole GPUs; leave gpuSharing out, or nodes');
});

test('and what the platform lacks at synth', () => {
  expect(errors({}, platform())).toEqual([
    `[team-a/chat] nodes is 2, which needs LeaderWorkerSet, and platform ml does not have it; install it (${INSTALL_LWS}) and call addLeaderWorkerSet() of the platform, or leave nodes out`,
  ]);
  expect(errors({}, withLws(1))).toEqual(['[team-a/chat] nodes is 2 but pool h100 has 1 at most (maxNodes); raise maxNodes, or ask for fewer']);
  expect(errors({ replicas: 3 })).toEqual([
    '[team-a/chat] replicas is 3 but there is room for 2 of them: pool h100 has 2 (maxNodes 4); raise maxNodes, or ask for fewer',
  ]);
  expect(errors({ engine: Engine.llamaCpp() })).toEqual(['[team-a/chat] nodes is 2, but engine llama-cpp runs on one node; leave nodes out, or use vllm']);
});

test('a model that the heads or the layers do not allow to be divided so', () => {
  const facts = ModelFacts.fromNumbers({
    name: 'acme/odd', parameters: 3e9, weightSize: Size.gibibytes(6), contextLength: 8192, layers: 36, heads: 12, keyValueHeads: 2, hiddenSize: 1536,
  });
  const of = (props: Partial<ServerProps>) => {
    const team = workspace(withLws(64));
    server(team, 'chat', { ...LARGE, ...props, model: model(team, 'odd', { facts }) });
    return synthErrors(team);
  };
  expect(of({})).toEqual(['[team-a/chat] acme/odd has 12 heads, which 8 GPUs cannot share, but 6 can; set gpuCount to 6']);
  expect(of({ nodes: 40, resources: { gpu: Gpu.NVIDIA_H100 } })[0])
    .toContain('[team-a/chat] acme/odd has 36 layers, which cannot be divided into 40 stages (nodes × GPUs / tensorParallel)');
});

test('a platform says once that it has LeaderWorkerSet, and which nodes are close', () => {
  const gcp = platform();
  gcp.addLeaderWorkerSet({ exclusiveTopology: 'cloud.google.com/gke-nodepool' });
  expect(gcp._spec.leaderWorkerSet).toEqual({ exclusiveTopology: 'cloud.google.com/gke-nodepool' });
  expect(messageOf(() => gcp.addLeaderWorkerSet())).toContain('LeaderWorkerSet was added already; call addLeaderWorkerSet once');
  expect(messageOf(() => platform().addLeaderWorkerSet({ exclusiveTopology: 'a rack' })))
    .toBe("platform ml cannot have LeaderWorkerSet: exclusiveTopology is 'a rack'; give the key of a label of nodes, for example cloud.google.com/gke-nodepool");
  expect(messageOf(() => platform().addLeaderWorkerSet(untyped({ topology: 'rack' })))).toContain('topology');
  expect(platform()._spec).not.toHaveProperty('leaderWorkerSet');
});

test('a pool says which network there is between its nodes', () => {
  const aws = Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' });
  aws.addGpuPool('p5', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, fabric: Fabric.efa(32) });
  aws.addGpuPool('ib', { gpu: Gpu.NVIDIA_H200, gpusPerNode: 8, fabric: Fabric.resources({ 'rdma/hca': '8' }, { lockMemory: true }) });
  expect(aws._spec.gpuPools).toMatchObject([
    { fabricResources: { 'vpc.amazonaws.com/efa': '32' } }, { fabricResources: { 'rdma/hca': '8' }, fabricLocksMemory: true },
  ]);
  const refusal = (fabric: Fabric) => messageOf(() => platform().addGpuPool('other', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, fabric }));
  expect(refusal(Fabric.resources({ 'rdma/hca': 'all' })))
    .toContain("fabric has 'rdma/hca': 'all'; give the name of a resource and how much of it a node has, for example Fabric.efa(32)");
  expect(refusal(untyped('efa'))).toContain("fabric is 'efa', which is not a Fabric; write for example Fabric.efa(32)");
});
