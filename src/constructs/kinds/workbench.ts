import { declaredRuntime } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** A ready-made program to work in: no image of yours is needed. */
export class Workbench {
  /** JupyterLab with PyTorch. Packages that `%pip install` adds stay on the notebook's disk. */
  public static jupyter(): Workbench {
    return new Workbench(declaredRuntime('jupyter', {}));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
