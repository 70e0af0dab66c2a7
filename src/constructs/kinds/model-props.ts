/** What a Model is given. */
import { knownProps } from '../checks/known-props';
import type { Access } from '../platform/access';
import { ARTIFACT_PROPS } from './artifact-props';
import type { ArtifactProps } from './artifact-props';
import type { IDataset, IModel } from './artifacts';
import type { Loader } from './loader';
import type { ModelFacts } from './model-facts';
import type { ModelSource } from './model-source';
import type { Quantizer } from './quantizer';
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

  /**
   * The model that it is a LoRA adapter of: of files that are loaded, are there already, or are made by an image. It can then be served
   * beside that model, by `adapters` of a Server. Decides nothing of what is made.
   *
   * @default - a Trainer with output TrainingOutput.ADAPTER makes an adapter of the model that it starts from; other models are none
   */
  readonly adapterOf?: IModel;

  /**
   * Rank of that adapter, `r` in its `adapter_config.json`. Not beside a Trainer, which has a loraRank of its own.
   *
   * @default - not known; a Server then makes room for a rank of 16
   */
  readonly adapterRank?: number;
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

export const MODEL_PROPS = knownProps<ModelProps>({
  ...ARTIFACT_PROPS, loader: true, trainer: true, quantizer: true, source: true, model: true, dataset: true, access: true,
  mountOptions: true, facts: true, adapterOf: true, adapterRank: true,
});
export const MODEL_ATTRIBUTES = knownProps<ModelAttributes>({
  modelName: true, modelNamespace: true, recipeDigest: true, source: true, modelFormat: true, modelQuantization: true,
  modelRepository: true, modelFacts: true, modelBase: true, modelLoraRank: true,
});
