import { Construct } from 'constructs';
import { recipeDigest } from '../../api/digest';
import type { ModelSourceSpec } from '../../api/model-source';
import { QUANTIZER_ANNOTATION } from '../../api/resource';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import { artifactSpec, metadataWithDuration, sourcedSpec } from './artifact-props';
import type { IModel } from './artifacts';
import { withChosenQuantizer } from './auto-quantizer';
import { Declarations } from './declarations';
import { declare } from './declare';
import { checkedFacts, derivation, metadataWith, modelFactsOf } from './given-facts';
import type { ModelFacts } from './model-facts';
import { checkAdapterOf, checkDeclaredFormat, checkInput, madeBy } from './model-format';
import { MODEL_ATTRIBUTES, MODEL_PROPS } from './model-props';
import type { ModelAttributes, ModelOptions, ModelProps } from './model-props';
import { ModelSource } from './model-source';
import { Notebook } from './notebook';
import type { NotebookOptions } from './notebook';
import { checkProps } from './props-check';
import { checkImported, namespaceAt, resolveReferences } from './references';
import { ResourceObject } from './resource-object';
import { Server } from './server';
import type { ServerOptions } from './server-props';

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
  /** @internal */
  public readonly _quantizedFrom?: IModel;

  constructor(scope: Construct, id: string, given: ModelProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, given, MODEL_PROPS);
    const props = withChosenQuantizer(this, given);
    const source = checkedSource(this, props);
    const inputs = resolveReferences(this, props);
    const spec = source ? { ...sourcedSpec(this, props), source } : { ...artifactSpec(this, 'Model', props), ...inputs.spec };
    checkInput(this, spec, props);
    checkAdapterOf(this, spec, props);
    const metadata = metadataWith(checkedFacts(this, 'facts', props.facts), metadataWithDuration(this, props));
    this.modelFacts = modelFactsOf(this, { spec, metadata, model: props.model });
    const derive = derivation({ from: props.model, made: this.modelFacts?._spec }, declarations);
    const object = new ResourceObject(this, { kind: 'Model', spec, metadata, inputs, derive, onPatch: () => declarations.changed() });
    this.modelName = object.name;
    this.modelNamespace = object.namespace;
    this.recipeDigest = object.recipeDigest;
    const made = madeBy(spec, props);
    this.modelFormat = made.format;
    this.modelQuantization = made.quantization;
    this.modelRepository = made.repository;
    this.modelBase = made.base;
    this.modelLoraRank = made.loraRank;
    this._quantizedFrom = made.quantization === undefined ? undefined : props.model;
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
