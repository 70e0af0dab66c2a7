/** Models and Datasets as those see them that refer to one, whether it is declared here or elsewhere. */
import type { IConstruct } from 'constructs';
import type { ModelFacts } from './model-facts';

/** A model: weights and everything else that is needed to use them. */
export interface IModel extends IConstruct {
  /** Name of the Model. */
  readonly modelName: string;

  /** Namespace of the Model. */
  readonly modelNamespace: string;

  /** The recipe digest, under which its artifact lies; `undefined` where only the name is known. */
  readonly recipeDigest?: string;

  /** Format of its files, `safetensors` or `gguf`; `undefined` where it is not known. */
  readonly modelFormat?: string;

  /** The quantizer that made it, such as `fp8`; `undefined` where none did, or where it is not known. */
  readonly modelQuantization?: string;

  /** Repository of a hub that it was made from, such as `Qwen/Qwen3-0.6B`; `undefined` where it is not known. */
  readonly modelRepository?: string;

  /** What is known of it, from which its fit is computed; `undefined` where nothing is known. */
  readonly modelFacts?: ModelFacts;

  /** The model that it is an adapter of; `undefined` where it is not an adapter, or where that is not known. */
  readonly modelBase?: IModel;

  /** Rank of the adapter that it is; `undefined` where it is not one, or where that is not known. */
  readonly modelLoraRank?: number;
}

/** A dataset: files to train on. */
export interface IDataset extends IConstruct {
  /** Name of the Dataset. */
  readonly datasetName: string;

  /** Namespace of the Dataset. */
  readonly datasetNamespace: string;

  /** What its rows hold, such as `messages`, as its DatasetShape says; `undefined` where it is not known. */
  readonly datasetFormat?: string;

  /** The recipe digest, under which its artifact lies; `undefined` where only the name is known. */
  readonly recipeDigest?: string;
}
