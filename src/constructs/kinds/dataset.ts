import { Construct } from 'constructs';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { ARTIFACT_PROPS, artifactSpec, metadataWithDuration } from './artifact-props';
import type { ArtifactProps } from './artifact-props';
import type { IDataset } from './artifacts';
import { DatasetShape } from './dataset-shape';
import { Declarations } from './declarations';
import { declare } from './declare';
import type { Loader } from './loader';
import { checkProps } from './props-check';
import { checkImported, namespaceAt } from './references';
import { ResourceObject } from './resource-object';

/** How a dataset is loaded. */
export interface DatasetProps extends ArtifactProps {
  /**
   * The ready-made program that loads it.
   *
   * @default - `image` or `imageBuild` does
   */
  readonly loader?: Loader;

  /**
   * What its rows are made into, for a trainer. Needs a `loader`.
   *
   * @default - the files stay as they are
   */
  readonly shape?: DatasetShape;
}

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

  /**
   * What its rows hold: `messages`, `prompt-completion`, `text` or `preference`.
   *
   * @default - not known
   */
  readonly datasetFormat?: string;
}

const DATASET_PROPS = knownProps<DatasetProps>({ ...ARTIFACT_PROPS, loader: true, shape: true });
const DATASET_ATTRIBUTES = knownProps<DatasetAttributes>({
  datasetName: true, datasetNamespace: true, recipeDigest: true, datasetFormat: true,
});

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
  public readonly datasetFormat?: string;

  constructor(scope: Construct, id: string, props: DatasetProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, props, DATASET_PROPS);
    const spec = artifactSpec(this, 'Dataset', withShape(this, props));
    const metadata = metadataWithDuration(this, props);
    const object = new ResourceObject(this, { kind: 'Dataset', spec, metadata, onPatch: () => declarations.changed() });
    this.datasetName = object.name;
    this.datasetNamespace = object.namespace;
    const { format } = spec.params ?? {};
    this.datasetFormat = spec.runtime && format !== undefined ? String(format) : undefined;
    this.recipeDigest = object.recipeDigest;
    declare({ construct: this, object, references: [] }, declarations);
  }
}

/** The shape is a matter of the loader's params. */
function withShape(scope: Construct, { shape, ...props }: DatasetProps): ArtifactProps {
  if (shape === undefined) return props;
  if (!(shape instanceof DatasetShape)) throw new ValidationError(scope, `shape is ${formatValue(shape)}, which is not one; write for example DatasetShape.messages()`);
  if (!props.loader) throw new ValidationError(scope, 'shape is set but loader is not; set loader, or shape the rows in your image');
  return { ...props, params: { ...shape._params, ...props.params } };
}

class ImportedDataset extends Construct implements IDataset {
  public readonly datasetName: string;
  public readonly datasetNamespace: string;
  public readonly recipeDigest?: string;
  public readonly datasetFormat?: string;

  constructor(scope: Construct, id: string, attributes: DatasetAttributes) {
    super(scope, id);
    checkProps(this, attributes, DATASET_ATTRIBUTES);
    this.datasetName = attributes.datasetName;
    this.datasetNamespace = attributes.datasetNamespace ?? namespaceAt(this);
    this.datasetFormat = attributes.datasetFormat;
    this.recipeDigest = attributes.recipeDigest;
    checkImported(this, { kind: 'Dataset', name: this.datasetName, namespace: this.datasetNamespace, recipeDigest: this.recipeDigest });
  }
}
