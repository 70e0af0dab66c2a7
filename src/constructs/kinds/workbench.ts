import { declaredRuntime } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** What runs in a notebook's pod. */
export interface JupyterOptions {
  /**
   * Whether VS Code runs in the browser, beside Jupyter.
   *
   * @default false
   */
  readonly vscode?: boolean;
}

/** A ready-made program to work in: no image of yours is needed. */
export class Workbench {
  /** JupyterLab with PyTorch. */
  public static jupyter(options: JupyterOptions = {}): Workbench {
    return new Workbench(declaredRuntime('jupyter', options));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
