/** Flux has no order within a Kustomization, so a wave is one, and depends on the wave before. */
import { Yaml } from 'cdk8s';

export interface FluxOptions {
  readonly waves: number;
  readonly folderOf: (wave: number) => string;
  readonly source: string;
  readonly path: string;
}

const NAMESPACE = 'flux-system';

export function fluxYaml({ waves, folderOf, source, path }: FluxOptions): string {
  const kustomizations = Array.from({ length: waves }, (_, wave) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: `substratus-${folderOf(wave)}`, namespace: NAMESPACE },
    spec: {
      interval: '10m',
      timeout: '24h',
      wait: true,
      prune: false,
      path: `./${path}/${folderOf(wave)}`,
      sourceRef: { kind: 'GitRepository', name: source },
      ...(wave > 0 && { dependsOn: [{ name: `substratus-${folderOf(wave - 1)}` }] }),
    },
  }));
  return Yaml.stringify(...kustomizations);
}
