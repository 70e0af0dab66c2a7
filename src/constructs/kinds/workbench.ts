import { declaredRuntime } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** A ready-made program to work in: no image of yours is needed. */
export class Workbench {
  /** JupyterLab with PyTorch. Packages that `%pip install` adds stay on the notebook's disk. */
  public static jupyter(): Workbench {
    return new Workbench(declaredRuntime('jupyter', {}));
  }

  /**
   * The same with VS Code beside it, in the browser: below `/vscode/` of the same address and with the same token, and in the launcher of
   * JupyterLab. Its settings and extensions stay on the notebook's disk. An open window counts as activity for `idleTimeout`.
   */
  public static vscode(): Workbench {
    return new Workbench(declaredRuntime('vscode', {}));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
