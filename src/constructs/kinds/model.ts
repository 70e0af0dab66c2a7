import { Construct } from 'constructs';
import { recipeDigest } from '../../api/digest';
import type { ModelSourceSpec } from '../../api/model-source';
import { QUANTIZER_ANNOTATION } from '../../api/resource';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import type { Access } from '../platform/access';
import { ARTIFACT_PROPS, artifactSpec, metadataWithDuration, sourcedSpec } from './artifact-props';
import type { ArtifactProps } from './artifact-props';
import type { IDataset, IModel } from './artifacts';
import { withChosenQuantizer } from './auto-quantizer';
import { Declarations } from './declarations';
import { declare } from './declare';
import { checkedFacts, derivation, metadataWith, modelFactsOf } from './given-facts';
import type { Loader } from './loader';
import type { ModelFacts } from './model-facts';
import { checkDeclaredFormat, checkInput, madeBy } from './model-format';
import { ModelSource } from './model-source';
import { Notebook } from './notebook';
import type { NotebookOptions } from './notebook';
import { checkProps } from './props-check';
import type { Quantizer } from './quantizer';
import { checkImported, namespaceAt, resolveReferences } from './references';
import { ResourceObject } from './resource-object';
import { Server } from './server';
import type { ServerOptions } from './server';
import type { Trainer } from './trainer';

/** How a model is imported or trained, but for the model that it starts from. */
export interface ModelOptions extends ArtifactProps {
  /**
   * The ready-made program that trains it.
   *
   * @default - none
   */
  readonly trainer?: Trainer;

  /**
   * The ready-made program that makes it smaller.
   *
   * @default - none
   */
  readonly quantizer?: Quantizer;

  /**
   * The dataset to train on, at `/content/data`.
   *
   * @default - none
   */
  readonly dataset?: IDataset;

  /**
   * How the inputs are read.
   *
   * @default - Access.STREAM where the platform can mount its bucket, else Access.DOWNLOAD
   */
  readonly access?: Access;

  /**
   * More options of the driver that mounts the inputs, for example `file-cache:max-size-mb:-1` of Cloud Storage FUSE. Google Cloud only:
   * elsewhere all inputs of a workspace are mounted through one volume, whose options they share.
   *
   * @default - those that suit files which never change
   */
  readonly mountOptions?: string[];

  /**
   * What is known of the model that is made, from which its fit on GPUs is computed.
   *
   * @default - known where a Loader names a model that the table has, or the model that it starts from is known
   */
  readonly facts?: ModelFacts;
}

/** How a model is imported or trained. */
export interface ModelProps extends ModelOptions {
  /**
   * The ready-made program that loads it.
   *
   * @default - none
   */
  readonly loader?: Loader;

  /**
   * The model to start from, at `/content/model`.
   *
   * @default - none; the model is imported, or trained from nothing
   */
  readonly model?: IModel;

  /**
   * Files that are there already, in place of `image` and `imageBuild`: nothing runs, and the model is Ready at once. Beside it there may
   * be `metadata` and `sharedWith` alone.
   *
   * @default - none; the model is made by an image
   */
  readonly source?: ModelSource;
}

/** What is known of a Model that is declared elsewhere. */
export interface ModelAttributes {
  /** Name of the Model. */
  readonly modelName: string;

  /**
   * Namespace of the Model.
   *
   * @default - that of the chart
   */
  readonly modelNamespace?: string;

  /**
   * Its recipe digest: `recipeDigest` of the Model where it is declared, or the label `substratus.ai/recipe` of its Jobs.
   *
   * @default - not known: the reconciler resolves the name; previews show `unresolved`, and such a stack cannot be ejected
   */
  readonly recipeDigest?: string;

  /**
   * Where its files are, if that Model has a `source`. The recipe digest follows from it.
   *
   * @default - none; the Model is made by an image
   */
  readonly source?: ModelSource;

  /**
   * Format of its files: `safetensors`, `gguf` or `adapter`.
   *
   * @default - not known; a Server of it names its engine
   */
  readonly modelFormat?: string;

  /**
   * The quantizer that made it, such as `fp8`.
   *
   * @default - not known
   */
  readonly modelQuantization?: string;

  /**
   * Repository of a hub that it was made from, such as `Qwen/Qwen3-0.6B`, by which an engine knows how the model writes tool calls.
   *
   * @default - not known
   */
  readonly modelRepository?: string;

  /**
   * What is known of it, from which its fit on GPUs is computed.
   *
   * @default - nothing
   */
  readonly modelFacts?: ModelFacts;

  /**
   * The model that it is an adapter of, where its format is `adapter`.
   *
   * @default - not known; such a Model cannot be served by an engine
   */
  readonly modelBase?: IModel;

  /**
   * Rank of the adapter that it is.
   *
   * @default - not known
   */
  readonly modelLoraRank?: number;
}

const MODEL_PROPS = knownProps<ModelProps>({
  ...ARTIFACT_PROPS, loader: true, trainer: true, quantizer: true, source: true, model: true, dataset: true, access: true,
  mountOptions: true, facts: true,
});
const MODEL_ATTRIBUTES = knownProps<ModelAttributes>({
  modelName: true, modelNamespace: true, recipeDigest: true, source: true, modelFormat: true, modelQuantization: true,
  modelRepository: true, modelFacts: true, modelBase: true, modelLoraRank: true,
});

/**
 * Imports or trains a model: runs an image that writes it to `/content/artifacts`, and publishes that to the bucket. Or refers to files
 * that are there already (`source`), for which nothing runs.
 *
 * What decides its content cannot change: another image, param or input is another Model, whose name ends with another digest.
 */
export class Model extends Construct implements IModel {
  /** References a Model that is declared elsewhere. */
  public static fromModelAttributes(scope: Construct, id: string, attributes: ModelAttributes): IModel {
    return new ImportedModel(scope, id, attributes);
  }

  public readonly modelName: string;
  public readonly modelNamespace: string;
  public readonly recipeDigest?: string;
  public readonly modelFormat?: string;
  public readonly modelQuantization?: string;
  public readonly modelRepository?: string;
  public readonly modelFacts?: ModelFacts;
  public readonly modelBase?: IModel;
  public readonly modelLoraRank?: number;

  constructor(scope: Construct, id: string, given: ModelProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, given, MODEL_PROPS);
    const props = withChosenQuantizer(this, given);
    const source = checkedSource(this, props);
    const inputs = resolveReferences(this, props);
    const spec = source ? { ...sourcedSpec(this, props), source } : { ...artifactSpec(this, 'Model', props), ...inputs.spec };
    checkInput(this, spec, props);
    const metadata = metadataWith(checkedFacts(this, 'facts', props.facts), metadataWithDuration(this, props));
    this.modelFacts = modelFactsOf(this, { spec, metadata, model: props.model });
    const derive = derivation({ from: props.model, made: this.modelFacts?._spec }, declarations);
    const object = new ResourceObject(this, { kind: 'Model', spec, metadata, inputs, derive, onPatch: () => declarations.changed() });
    this.modelName = object.name;
    this.modelNamespace = object.namespace;
    this.recipeDigest = object.recipeDigest;
    const made = madeBy(spec, props.model);
    this.modelFormat = made.format;
    this.modelQuantization = made.quantization;
    this.modelRepository = made.repository;
    this.modelBase = made.base;
    this.modelLoraRank = made.loraRank;
    const choice = metadata?.annotations?.[QUANTIZER_ANNOTATION];
    const facts = { facts: props.model?.modelFacts?._spec, made: this.modelFacts?._spec };
    declare({ construct: this, object, references: inputs.references, ...facts, choice }, declarations);
  }

  /** Trains another model from this one, declared beside it. */
  public finetune(id: string, options: ModelOptions): Model {
    return new Model(scopeOf(this), id, { ...options, model: this });
  }

  /** Makes a smaller model from this one, declared beside it. */
  public quantize(id: string, options: ModelOptions): Model {
    return new Model(scopeOf(this), id, { ...options, model: this });
  }

  /** Serves this model over HTTP, declared beside it. */
  public serve(id: string, options: ServerOptions = {}): Server {
    return new Server(scopeOf(this), id, { ...options, model: this });
  }

  /** Opens this model in a notebook, declared beside it. */
  public notebook(id: string, options: NotebookOptions = {}): Notebook {
    return new Notebook(scopeOf(this), id, { ...options, model: this });
  }
}

/** For callers without types. */
function checkedSource(scope: Construct, { source }: Pick<ModelProps, 'source'>): ModelSourceSpec | undefined {
  if (source === undefined || source instanceof ModelSource) return source?._spec;
  throw new ValidationError(scope, `source is ${formatValue(source)}, which is not a ModelSource; write for example ModelSource.bucket('s3://acme-weights/llama')`);
}

class ImportedModel extends Construct implements IModel {
  public readonly modelName: string;
  public readonly modelNamespace: string;
  public readonly recipeDigest?: string;
  public readonly modelFormat?: string;
  public readonly modelQuantization?: string;
  public readonly modelRepository?: string;
  public readonly modelFacts?: ModelFacts;
  public readonly modelBase?: IModel;
  public readonly modelLoraRank?: number;
  /** @internal */
  public readonly _source?: ModelSourceSpec;

  constructor(scope: Construct, id: string, attributes: ModelAttributes) {
    super(scope, id);
    checkProps(this, attributes, MODEL_ATTRIBUTES);
    this._source = checkedSource(this, attributes);
    if (this._source && attributes.recipeDigest !== undefined) {
      throw new ValidationError(this, 'recipeDigest and source are set; leave recipeDigest out, which follows from the source');
    }
    this.modelName = attributes.modelName;
    this.modelNamespace = attributes.modelNamespace ?? namespaceAt(this);
    this.recipeDigest = this._source ? recipeDigest({ kind: 'Model', spec: { source: this._source } }) : attributes.recipeDigest;
    this.modelFormat = attributes.modelFormat;
    this.modelQuantization = attributes.modelQuantization;
    this.modelRepository = attributes.modelRepository;
    this.modelFacts = checkedFacts(this, 'modelFacts', attributes.modelFacts);
    this.modelBase = attributes.modelBase;
    this.modelLoraRank = attributes.modelLoraRank;
    checkDeclaredFormat(this, attributes);
    checkImported(this, { kind: 'Model', name: this.modelName, namespace: this.modelNamespace, recipeDigest: this.recipeDigest });
  }
}

/** Beside a model, wherever that is. */
function scopeOf(model: IModel): Construct {
  return model.node.scope as Construct;
}
