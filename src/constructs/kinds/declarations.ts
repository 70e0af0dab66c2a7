/** All resources that are declared in one App: what can only be said when everything is there. */
import { App } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { FactsSpec } from '../../api/facts';
import type { ModelSourceSpec } from '../../api/model-source';
import type { PlatformSpec } from '../../api/platform';
import { sourceOf } from '../../api/resource';
import { CycleError, inOrder, keyOf } from '../../expand';
import { TokenGuard } from '../checks/guard';
import { ValidationError } from '../checks/validation-error';
import type { Platform } from '../platform/platform';
import { platformOf } from '../platform/workspace-context';
import { CheckPass } from './check-pass';
import type { DeclaredReference } from './references';
import type { ResourceObject } from './resource-object';

const DECLARATIONS = Symbol.for('cdk-substratus.Declarations');

const NO_ERRORS: string[] = [];

/** A resource and what is known of it beside its JSON. */
export interface Declaration {
  readonly construct: Construct;
  readonly object: ResourceObject;
  readonly references: readonly DeclaredReference[];
  /** What is known of the model that it runs on. */
  readonly facts?: FactsSpec;
  /** What is known of the model that it makes. */
  readonly made?: FactsSpec;
  /** What was chosen for it, and why, as one line. */
  readonly choice?: string;
}

/** A workspace. */
export interface DeclaredWorkspace {
  readonly construct: IConstruct;
  readonly namespace: string;
}

/** Says what is wrong with a construct, when all others are there. */
type Check = (pass: CheckPass) => string[];

type ByPlatform = Map<Platform | undefined, Declarations>;

/** The resources of an App that are on one platform: names are unique, and references found, within a cluster. */
export class Declarations {
  /** Those of the App and the platform that a construct is in. */
  public static of(construct: IConstruct): Declarations {
    const all = declarationsOf(construct);
    const platform = platformOf(construct);
    const existing = all.get(platform);
    if (existing) return existing;
    const declarations = new Declarations(platform);
    all.set(platform, declarations);
    return declarations;
  }

  /** Those of all platforms of the App that a construct is in. */
  public static all(construct: IConstruct): Declarations[] {
    return [...declarationsOf(construct).values()];
  }

  private readonly list: Declaration[] = [];
  private readonly byKey = new Map<string, Declaration>();
  private readonly byRecipe = new Map<string, Declaration>();
  private readonly archives = new Set<string>();
  private readonly imported = new Map<string, DeclaredReference>();
  private readonly checks: { readonly construct: IConstruct; readonly check: Check }[] = [];
  private readonly workspaces: DeclaredWorkspace[] = [];
  private readonly workspaceListeners: ((workspace: DeclaredWorkspace) => void)[] = [];
  private reconciler?: IConstruct;
  private changes = 0;
  /** Whether a resource refers to one that was not declared before it: without, none can wait for each other. */
  private mayHaveCycle = false;
  private errors: ReadonlyMap<IConstruct, string[]> = new Map();
  private checkedRevision?: number;
  private known?: { readonly revision: number; readonly spec?: PlatformSpec };

  private constructor(public readonly platform: Platform | undefined) {}

  /** Adds a resource, with the check that runs when the App is synthesized and all other resources are there. */
  public add(declaration: Declaration, check: Check): void {
    const { construct, object: { key }, references } = declaration;
    this.list.push(declaration);
    for (const reference of references) this.addReference(reference);
    if (!this.byKey.has(key)) this.byKey.set(key, declaration);
    const recipe = recipeKey(declaration);
    if (recipe !== undefined && !this.byRecipe.has(recipe)) this.byRecipe.set(recipe, declaration);
    this.addCheck(construct, check);
  }

  /** Adds a workspace: one for each namespace of a platform. */
  public addWorkspace(workspace: DeclaredWorkspace, check: Check): void {
    const { construct, namespace } = workspace;
    const first = this.workspaces.find((other) => other.namespace === namespace);
    if (first) {
      throw new ValidationError(construct, `namespace ${namespace} has the Workspace ${first.construct.node.path} already; declare what it holds in there`);
    }
    this.workspaces.push(workspace);
    this.addCheck(construct, check);
    for (const listener of this.workspaceListeners) listener(workspace);
  }

  /** Adds the reconciler, one for a cluster, by whichever platform that is described. It hears of every workspace, also of later ones. */
  public addReconciler(construct: IConstruct, onWorkspace: (workspace: DeclaredWorkspace) => void): void {
    const sameCluster = Declarations.all(construct).filter(({ cluster }) => cluster === this.cluster);
    const [first] = sameCluster.flatMap(({ reconciler = [] }) => reconciler);
    if (first) {
      throw new ValidationError(construct, `cluster ${this.platform?.clusterName} has the Reconciler ${first.node.path} already; leave one of them out`);
    }
    this.reconciler = construct;
    this.workspaceListeners.push(onWorkspace);
    for (const workspace of this.workspaces) onWorkspace(workspace);
  }

  /** Whether nobody has asked so of an archive before: there is one ConfigMap for all that use it. */
  public isFirstArchive(key: string): boolean {
    const isFirst = !this.archives.has(key);
    this.archives.add(key);
    return isFirst;
  }

  /** Something was changed after it was added, so that it has to be looked at again. */
  public changed(): void {
    this.changes += 1;
  }

  /** Grows with whatever is added or changed. */
  public get revision(): number {
    return this.changes + (this.platform?._revision ?? 0);
  }

  /** The resources below a construct, in the order of their declaration. */
  public below(scope: IConstruct): Declaration[] {
    return this.list.filter(({ construct }) => construct.node.scopes.includes(scope));
  }

  /** The first resource that was declared with a key. */
  public find(key: string): Declaration | undefined {
    return this.byKey.get(key);
  }

  /** The first that was declared with the recipe of another in its namespace: it writes the same folder. */
  public firstOfRecipe(declaration: Declaration): Declaration | undefined {
    const recipe = recipeKey(declaration);
    return recipe === undefined ? undefined : this.byRecipe.get(recipe);
  }

  /** Recipe digest of an artifact, where it is known here. */
  public recipeDigest(key: string): string | undefined {
    return this.byKey.get(key)?.object.recipeDigest ?? this.imported.get(key)?.recipeDigest;
  }

  /** Where the files of a Model are that has a source, where that is known here. */
  public source(key: string): ModelSourceSpec | undefined {
    const declared = this.byKey.get(key)?.object.declared;
    return declared ? sourceOf(declared) : this.imported.get(key)?.source;
  }

  /** The platform as it is now. */
  public get spec(): PlatformSpec | undefined {
    const { revision } = this;
    if (this.known?.revision !== revision) this.known = { revision, spec: this.platform?._spec };
    return this.known.spec;
  }

  private get cluster(): string {
    return `${this.platform?.cloudName}/${this.platform?.clusterName}`;
  }

  private addReference(reference: DeclaredReference): void {
    const key = keyOf(reference);
    if (this.byKey.has(key)) return;
    this.mayHaveCycle = true;
    if (reference.recipeDigest !== undefined) this.imported.set(key, reference);
  }

  private addCheck(construct: IConstruct, check: Check): void {
    this.checks.push({ construct, check });
    this.changed();
    construct.node.addValidation({ validate: () => this.errorsOf(construct) });
  }

  /** cdk8s validates every construct once for every chart, so the answer is kept for as long as nothing is added or changed. */
  private errorsOf(construct: IConstruct): string[] {
    const { revision } = this;
    if (revision !== this.checkedRevision) {
      this.errors = this.check();
      this.checkedRevision = revision;
    }
    return this.errors.size > 0 ? this.errors.get(construct) ?? NO_ERRORS : NO_ERRORS;
  }

  private check(): ReadonlyMap<IConstruct, string[]> {
    const pass = new CheckPass(this.platform);
    const cycle = this.mayHaveCycle ? this.cycle() : undefined;
    const first = cycle && this.list.find(({ object }) => object.declared === cycle.cycle[0])?.construct;
    const errors = new Map<IConstruct, string[]>();
    for (const { construct, check } of this.checks) {
      const found = check(pass);
      if (cycle && construct === first) found.push(cycle.message);
      if (found.length > 0) errors.set(construct, found);
    }
    return errors;
  }

  private cycle(): CycleError | undefined {
    try {
      inOrder(this.list.map(({ object }) => object.declared));
      return undefined;
    } catch (error) {
      if (error instanceof CycleError) return error;
      throw error;
    }
  }
}

function declarationsOf(construct: IConstruct): ByPlatform {
  const root: IConstruct & { [DECLARATIONS]?: ByPlatform } = App.of(construct);
  const existing = root[DECLARATIONS];
  if (existing) return existing;
  if (!(root instanceof App)) {
    throw new ValidationError(construct, 'the root of its tree is not a cdk8s App; declare it in a Workspace or Chart of one');
  }
  const all: ByPlatform = new Map();
  Object.defineProperty(root, DECLARATIONS, { value: all });
  root.resolvers.unshift(new TokenGuard());
  return all;
}

/** Where an artifact lies: under its recipe, in the folder of its namespace. */
function recipeKey({ object: { kind, namespace, recipeDigest } }: Declaration): string | undefined {
  return recipeDigest && `${kind}/${namespace}/${recipeDigest}`;
}
