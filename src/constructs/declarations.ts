/** All resources that are declared in one App: what can only be said when everything is there. */
import { App } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { ArtifactKind } from '../api/resource';
import { CycleError, inOrder, keyOf, keyOfResource } from '../expand';
import { TokenGuard } from './guard';
import type { Platform } from './platform';
import { platformOf } from './platform-context';
import { resourceErrors } from './resource-checks';
import type { ResourceObject } from './resource-object';
import { ValidationError } from './validation-error';

const DECLARATIONS = Symbol.for('cdk-substratus.Declarations');

const NO_ERRORS: string[] = [];

/** An artifact that a resource refers to, as its construct was given it. */
export interface DeclaredReference {
  readonly kind: ArtifactKind;
  readonly namespace: string;
  readonly name: string;
  /** None where it is declared elsewhere and only its name was given. */
  readonly recipeDigest?: string;
}

/** A resource and what is known of it beside its JSON. */
export interface Declaration {
  readonly construct: Construct;
  readonly object: ResourceObject;
  readonly references: readonly DeclaredReference[];
}

export class Declarations {
  /** Those of the App that a construct is in. */
  public static of(construct: IConstruct): Declarations {
    const root = construct.node.root as IConstruct & { [DECLARATIONS]?: Declarations };
    const existing = root[DECLARATIONS];
    if (existing) return existing;
    if (!(root instanceof App)) {
      throw new ValidationError(construct, 'the root of its tree is no cdk8s App; declare it in a Workspace or Chart of one');
    }
    const declarations = new Declarations();
    Object.defineProperty(root, DECLARATIONS, { value: declarations });
    root.resolvers.unshift(new TokenGuard());
    return declarations;
  }

  private readonly list: Declaration[] = [];
  private readonly byKey = new Map<string, Declaration>();
  private readonly imported = new Map<string, DeclaredReference>();
  private readonly platforms = new Set<Platform>();
  private errors: ReadonlyMap<IConstruct, string[]> = new Map();
  private checkedRevision?: number;

  private constructor() {}

  /** Adds a resource, which is looked at together with all others when the App is synthesized. */
  public add(declaration: Declaration): void {
    const { construct, object, references } = declaration;
    this.list.push(declaration);
    const key = keyOfResource(object.declared);
    if (!this.byKey.has(key)) this.byKey.set(key, declaration);
    for (const reference of references) this.imported.set(keyOf(reference), reference);
    const platform = platformOf(construct);
    if (platform) this.platforms.add(platform);
    construct.node.addValidation({ validate: () => this.errorsOf(construct) });
  }

  /** The resources below a construct, in the order of their declaration. */
  public below(scope: IConstruct): Declaration[] {
    return this.list.filter(({ construct }) => construct.node.scopes.includes(scope));
  }

  /** The first resource that was declared with a key. */
  public find(key: string): Declaration | undefined {
    return this.byKey.get(key);
  }

  /** Recipe digest of an artifact, where it is known here. */
  public recipeDigest(key: string): string | undefined {
    return this.byKey.get(key)?.object.recipeDigest ?? this.imported.get(key)?.recipeDigest;
  }

  /** cdk8s validates every construct once for every chart, so the answer is kept for as long as nothing is added. */
  private errorsOf(construct: IConstruct): string[] {
    let revision = this.list.length;
    for (const platform of this.platforms) revision += platform._revision;
    if (revision !== this.checkedRevision) {
      this.errors = this.check();
      this.checkedRevision = revision;
    }
    return this.errors.get(construct) ?? NO_ERRORS;
  }

  private check(): ReadonlyMap<IConstruct, string[]> {
    const cycle = this.cycle();
    const errors = new Map<IConstruct, string[]>();
    for (const declaration of this.list) {
      const found = resourceErrors(declaration, this);
      if (cycle?.cycle[0] === declaration.object.declared) found.push(cycle.message);
      if (found.length > 0) errors.set(declaration.construct, found);
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
