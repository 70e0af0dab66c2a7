import { Construct } from 'constructs';
import { knownProps } from '../checks/known-props';
import { ARTIFACT_PROPS, artifactSpec } from './artifact-props';
import type { ArtifactProps } from './artifact-props';
import type { IDataset } from './artifacts';
import { Declarations } from './declarations';
import { declare } from './declare';
import { checkProps } from './props-check';
import { checkImported, namespaceAt } from './references';
import { ResourceObject } from './resource-object';

/** How a dataset is loaded. */
export interface DatasetProps extends ArtifactProps {}

/** What is known of a Dataset that is declared elsewhere. */
export interface DatasetAttributes {
  /** Name of the Dataset. */
  readonly datasetName: string;

  /**
   * Namespace of the Dataset.
   *
   * @default - that of the chart
   */
  readonly datasetNamespace?: string;

  /**
   * Its recipe digest: `recipeDigest` of the Dataset where it is declared, or the label `substratus.ai/recipe` of its Jobs.
   *
   * @default - not known: the reconciler resolves the name; previews show `unresolved`, and such a stack cannot be ejected
   */
  readonly recipeDigest?: string;
}

const DATASET_PROPS = knownProps<DatasetProps>(ARTIFACT_PROPS);
const DATASET_ATTRIBUTES = knownProps<DatasetAttributes>({ datasetName: true, datasetNamespace: true, recipeDigest: true });

/**
 * Loads a dataset: runs an image that writes it to `/content/artifacts`, and publishes that to the bucket.
 *
 * What decides its content cannot change: another image or param is another Dataset, whose name ends with another digest.
 */
export class Dataset extends Construct implements IDataset {
  /** References a Dataset that is declared elsewhere. */
  public static fromDatasetAttributes(scope: Construct, id: string, attributes: DatasetAttributes): IDataset {
    return new ImportedDataset(scope, id, attributes);
  }

  public readonly datasetName: string;
  public readonly datasetNamespace: string;
  public readonly recipeDigest?: string;

  constructor(scope: Construct, id: string, props: DatasetProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, props, DATASET_PROPS);
    const spec = artifactSpec(this, props);
    const object = new ResourceObject(this, { kind: 'Dataset', spec, metadata: props.metadata, onPatch: () => declarations.changed() });
    this.datasetName = object.name;
    this.datasetNamespace = object.namespace;
    this.recipeDigest = object.recipeDigest;
    declare({ construct: this, object, references: [] }, declarations);
  }
}

class ImportedDataset extends Construct implements IDataset {
  public readonly datasetName: string;
  public readonly datasetNamespace: string;
  public readonly recipeDigest?: string;

  constructor(scope: Construct, id: string, attributes: DatasetAttributes) {
    super(scope, id);
    checkProps(this, attributes, DATASET_ATTRIBUTES);
    this.datasetName = attributes.datasetName;
    this.datasetNamespace = attributes.datasetNamespace ?? namespaceAt(this);
    this.recipeDigest = attributes.recipeDigest;
    checkImported(this, { kind: 'Dataset', name: this.datasetName, namespace: this.datasetNamespace, recipeDigest: this.recipeDigest });
  }
}
