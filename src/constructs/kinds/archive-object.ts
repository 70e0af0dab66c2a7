import { ApiObject } from 'cdk8s';
import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { buildNamespaceOf } from '../../api/platform';
import type { Archive } from '../archive/archive';
import { platformOf } from '../platform/workspace-context';
import { Declarations } from './declarations';
import { chartOf, namespaceAt } from './references';

interface Used {
  /** Id of the construct. */
  readonly id: 'Code' | 'Build';
  /** Of the resource that uses it. */
  readonly metadata?: ApiObjectMetadata;
}

/** Adds the ConfigMap with an archive to the chart of a resource, where no other resource of that namespace has added it. */
export function addArchive(scope: Construct, archive: Archive, { id, metadata }: Used): void {
  const namespace = namespaceAt(scope, metadata);
  const key = `${chartOf(scope).node.path}/${namespace}/${archive.spec.configMapName}`;
  if (!Declarations.of(scope).isFirstArchive(key)) return;
  const ofBuild = () => buildNamespaceOf(platformOf(scope)?._spec ?? {}, namespace);
  new ArchiveObject(scope, id, { archive, namespaceOf: id === 'Build' ? ofBuild : () => namespace });
}

interface ArchiveObjectProps {
  readonly archive: Archive;
  /** Known when all is declared: a platform may hear of a workspace later. */
  readonly namespaceOf: () => string;
}

class ArchiveObject extends ApiObject {
  private readonly namespaceOf: () => string;

  constructor(scope: Construct, id: string, { archive, namespaceOf }: ArchiveObjectProps) {
    super(scope, id, archive.configMap());
    this.namespaceOf = namespaceOf;
  }

  public toJson(): { readonly metadata: object } {
    const json = super.toJson() as { readonly metadata: object };
    return { ...json, metadata: { ...json.metadata, namespace: this.namespaceOf() } };
  }
}
