import { givenOptions } from './runtime-props';

/** What the rows of a dataset are made into, whatever they are. */
export interface ShapeOptions {
  /**
   * Column of each field, such as `{ prompt: 'question', completion: 'answer' }`.
   *
   * @default - the column of the same name
   */
  readonly columns?: Record<string, string>;

  /**
   * How rows are written: `alpaca`, `sharegpt`, or a text with `{column}` in it.
   *
   * @default - the fields as they are
   */
  readonly template?: string;

  /**
   * Folder or configuration of the repository that holds the rows.
   *
   * @default - all of it
   */
  readonly subset?: string;

  /**
   * Split to train on.
   *
   * @default 'train'
   */
  readonly split?: string;

  /**
   * Split to evaluate on. Not together with `evalFraction`.
   *
   * @default - none
   */
  readonly evalSplit?: string;

  /**
   * Fraction of the rows to evaluate on, at most 0.5. Not together with `evalSplit`.
   *
   * @default 0
   */
  readonly evalFraction?: number;

  /**
   * Most rows to keep.
   *
   * @default - all
   */
  readonly limit?: number;

  /**
   * Decides which rows are kept and which are evaluated on.
   *
   * @default 0
   */
  readonly seed?: number;
}

/** What the rows of a dataset hold for a trainer. */
export class DatasetShape {
  /** Conversations: `messages`, each with a role and content. */
  public static messages(options: ShapeOptions = {}): DatasetShape {
    return new DatasetShape('messages', givenOptions('DatasetShape.messages', options));
  }

  /** A `prompt` and its `completion`, of which only the completion is learnt. */
  public static promptCompletion(options: ShapeOptions = {}): DatasetShape {
    return new DatasetShape('prompt-completion', givenOptions('DatasetShape.promptCompletion', options));
  }

  /** Plain `text`. */
  public static text(options: ShapeOptions = {}): DatasetShape {
    return new DatasetShape('text', givenOptions('DatasetShape.text', options));
  }

  /** Two answers to a `prompt`: `chosen` is the better one, `rejected` the other. */
  public static preference(options: ShapeOptions = {}): DatasetShape {
    return new DatasetShape('preference', givenOptions('DatasetShape.preference', options));
  }

  /** @internal */
  public readonly _params: Readonly<Record<string, string | number>>;

  private constructor(format: string, { columns, ...options }: ShapeOptions) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const pairs = columns && Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1)).map(([field, column]) => `${field}=${column}`).join(',');
    const params = { format, ...Object.fromEntries(given), ...(pairs !== undefined && { columns: pairs }) };
    this._params = params as Record<string, string | number>;
  }
}
