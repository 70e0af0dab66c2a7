/**
 * Images of our own: of helper containers, add-ons and the reconciler. A platform may name others in `images`, or say in
 * `imageMirrors` where copies of them are.
 *
 * By version, not by digest: none of the registries was reachable when the table was written (2026-11). Node's, which everything
 * depends on, has the digest of its index over all architectures, on which public sources agree (docs/decisions/0019).
 */
import type { PlatformSpec } from '../api/platform';

export const IMAGES = {
  /** Copies artifacts between bucket and volume. */
  'rclone': 'docker.io/rclone/rclone:1.71.2',
  /** Builds images without root. */
  'buildkit': 'docker.io/moby/buildkit:v0.25.1-rootless',
  /** Asks a registry whether an image exists. */
  'regctl': 'docker.io/regclient/regctl:v0.9.2-alpine',
  /** Gets a token for ECR. */
  'aws-cli': 'public.ecr.aws/aws-cli/aws-cli:2.31.0',
  /** Gets a token for ACR. */
  'azure-cli': 'mcr.microsoft.com/azure-cli:2.77.0',
  /** Runs the reconciler. Also in src/reconciler/Dockerfile. */
  'node': 'docker.io/library/node:24.19.0-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43',
  /** EKS: adds and removes nodes. This one fits Kubernetes 1.33; the add-ons of AWS have those of other versions. */
  'cluster-autoscaler': 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.6',
  /** EKS, AKS and local clusters: tells Kubernetes of NVIDIA's GPUs. */
  'nvidia-device-plugin': 'nvcr.io/nvidia/k8s-device-plugin:v0.18.0',
  /** EKS: tells Kubernetes of AWS's accelerators. */
  'neuron-device-plugin': 'public.ecr.aws/neuron/neuron-device-plugin:2.24.23.0',
  /** Counters of a gateway's quotas: what Redis was, under a free licence. */
  'valkey': 'docker.io/valkey/valkey:9.1.1-alpine',
  /** A gateway's proxy, and what tells it what to do: of the Helm charts of Envoy Gateway 1.8.3 and Envoy AI Gateway 1.0.0. */
  'envoy': 'docker.io/envoyproxy/envoy:distroless-v1.38.3',
  'envoy-gateway': 'docker.io/envoyproxy/gateway:v1.8.3',
  'envoy-ratelimit': 'docker.io/envoyproxy/ratelimit:1e50889b',
  'ai-gateway-controller': 'docker.io/envoyproxy/ai-gateway-controller:v1.0.0',
  'ai-gateway-extproc': 'docker.io/envoyproxy/ai-gateway-extproc:v1.0.0',
  /** Local clusters: a store that speaks S3. The last release of which there is an image (2025-09). */
  'minio': 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
  /** Local clusters: the registry, a container of Docker beside the node. */
  'registry': 'docker.io/library/registry:2.8.3',
  /** Python and uv, for our own programs. */
  'uv': 'ghcr.io/astral-sh/uv:0.13.9-python3.13-trixie-slim',
  /** PyTorch for CUDA 12.6 (drivers from 525; no Blackwell): trains and quantizes. */
  'pytorch-cuda12': 'docker.io/pytorch/pytorch:2.13.0-cuda12.6-cudnn9-runtime',
  /** PyTorch for CUDA 13 (drivers from 580, Blackwell; no Volta). */
  'pytorch-cuda13': 'docker.io/pytorch/pytorch:2.13.0-cuda13.0-cudnn9-runtime',
  /** llama.cpp with its converter and quantizer. Serving and converting are of one build. */
  'llama-cpp-full': 'ghcr.io/ggml-org/llama.cpp:full-b11223',
  'llama-cpp': 'ghcr.io/ggml-org/llama.cpp:server-b11223',
  'llama-cpp-cuda': 'ghcr.io/ggml-org/llama.cpp:server-cuda-b11223',
  'llama-cpp-rocm': 'ghcr.io/ggml-org/llama.cpp:server-rocm-b11223',
  /** vLLM for CUDA 12.9 (drivers from 525): the last version that has both. */
  'vllm-cuda12': 'docker.io/vllm/vllm-openai:v0.31.0-cu129',
  /** vLLM for CUDA 13 (drivers from 580). */
  'vllm-cuda13': 'docker.io/vllm/vllm-openai:v0.31.0',
  'vllm-rocm': 'docker.io/vllm/vllm-openai-rocm:v0.31.0',
  'vllm-cpu': 'docker.io/vllm/vllm-openai-cpu:v0.31.0',
  /** Text Embeddings Inference. */
  'embeddings-cuda': 'ghcr.io/huggingface/text-embeddings-inference:cuda-1.9.4',
  'embeddings-cpu': 'ghcr.io/huggingface/text-embeddings-inference:cpu-1.9.4',
  /** The endpoint picker of the Gateway API Inference Extension. */
  'endpoint-picker': 'registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0',
  /** Jupyter with PyTorch. */
  'jupyter': 'quay.io/jupyter/pytorch-notebook:2026-07-28',
  'jupyter-cuda': 'quay.io/jupyter/pytorch-notebook:cuda12-2026-07-28',
  /** VS Code in the browser, of which the files alone are used: below /usr/lib/code-server, with a Node of its own. */
  'code-server': 'docker.io/codercom/code-server:4.130.0-noble',
} as const;

export type ImageName = keyof typeof IMAGES;

/** What decides which image runs. */
export type ImageSources = Pick<PlatformSpec, 'images' | 'imageMirrors'>;

/** An image of ours on a platform. */
export function imageNamed({ images, imageMirrors }: ImageSources, name: ImageName, preset: string = IMAGES[name]): string {
  return images?.[name] ?? mirrored(preset, imageMirrors);
}

/** The image in the mirror of its registry: that of the longest part of its name which has one. */
function mirrored(image: string, mirrors: Readonly<Record<string, string>> = {}): string {
  const [source] = Object.keys(mirrors).filter((prefix) => image.startsWith(`${prefix}/`)).sort((a, b) => b.length - a.length);
  return source === undefined ? image : `${mirrors[source]}${image.slice(source.length)}`;
}
