/** Flux has no order within a Kustomization, so a wave is one, and depends on the wave before. */
import { Yaml } from 'cdk8s';

export interface FluxOptions {
  /** Folders of the waves that there are, in order. */
  readonly folders: readonly string[];
  readonly source: string;
  readonly path: string;
}

const NAMESPACE = 'flux-system';

export function fluxYaml({ folders, source, path }: FluxOptions): string {
  const kustomizations = folders.map((folder, index) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: nameOf(folder), namespace: NAMESPACE },
    spec: {
      interval: '10m',
      timeout: '24h',
      wait: true,
      prune: false,
      path: `./${path.replace(/^\.\//, '')}/${folder}`,
      sourceRef: { kind: 'GitRepository', name: source },
      ...(index > 0 && { dependsOn: [{ name: nameOf(folders[index - 1] ?? '') }] }),
    },
  }));
  return Yaml.stringify(...kustomizations);
}

function nameOf(folder: string): string {
  return `substratus-${folder}`;
}
