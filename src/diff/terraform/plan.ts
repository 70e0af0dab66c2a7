/** What becomes of the resources of a stack: as a plan of Terraform, as far as it can be told without the providers. */
import type { StackState, TerraformArguments, TerraformJson } from '../../state/state';
import { changesBetween, isObject } from '../changes';
import type { Change } from '../effect';
import type { Pair } from '../pairs';
import { CHANGED_WITH, isAmong, isBelow, isElsewhere, PLACES, REPLACED_BY } from './replacements';

export type Verdict = 'same' | 'changed' | 'replaced' | 'created' | 'destroyed';

/** A resource on both sides, by its address. */
export interface CloudResource extends Pair<TerraformArguments> {
  readonly type: string;
  readonly address: string;
}

export interface Planned {
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
  /** Addresses of resources whose change is the cause. */
  readonly causes: readonly string[];
}

/** Arguments that are Terraform's own. */
const META = ['//', 'depends_on', 'lifecycle', 'provider', 'provisioner', 'connection', 'count', 'for_each'];
const REFERENCE = /\$\{(?!data\.|var\.|local\.|module\.)([a-z][a-z0-9_]*)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_]+)/g;

export class Plan {
  public readonly resources: readonly CloudResource[];
  private readonly byAddress: ReadonlyMap<string, CloudResource>;
  private readonly planned = new Map<string, Planned>();
  /** Providers whose resources are elsewhere now. */
  private readonly elsewhere: ReadonlyMap<string, readonly Change[]>;

  constructor(from?: StackState, to?: StackState) {
    this.resources = resourcesOf(from?.terraform, to?.terraform);
    this.byAddress = new Map(this.resources.map((resource) => [resource.address, resource]));
    this.elsewhere = from && to ? placesOf(from.terraform, to.terraform) : new Map();
  }

  public of({ address }: CloudResource): Planned {
    const known = this.planned.get(address);
    if (known) return known;
    this.planned.set(address, { verdict: 'same', changes: [], causes: [] }); // of one that refers to itself
    const resource = this.byAddress.get(address);
    const planned = resource ? this.plan(resource) : { verdict: 'same' as const, changes: [], causes: [] };
    this.planned.set(address, planned);
    return planned;
  }

  private plan({ type, from, to }: CloudResource): Planned {
    if (!from) return { verdict: 'created', changes: [], causes: [] };
    if (!to) return { verdict: 'destroyed', changes: [], causes: [] };
    const own = changesBetween(plainArguments(from), plainArguments(to));
    const place = (this.elsewhere.get(type.split('_')[0] ?? '') ?? []).filter(({ field }) => isElsewhere(type, to, field));
    if (place.length > 0) return { verdict: 'replaced', changes: [...own, ...place], causes: [] };
    const followed = this.followed(to);
    const ignored = ignoredBy(to);
    const changes = [...own, ...followed.map(({ change }) => change)].filter(({ field }) => !ignored.some((path) => isBelow(field, path)));
    const causes = followed.filter(({ change }) => changes.includes(change)).map(({ cause }) => cause);
    const isReplaced = changes.some((change) => replaces(type, change));
    const verdict = isReplaced ? 'replaced' : changes.length > 0 ? 'changed' : 'same';
    return { verdict, changes, causes: [...new Set(causes)] };
  }

  /** Arguments that keep their text, but refer to what has another value afterwards. */
  private followed(to: TerraformArguments): { readonly change: Change; readonly cause: string }[] {
    return referencesIn(plainArguments(to)).flatMap(({ field, text, address, attribute }) => {
      const target = this.byAddress.get(address);
      if (!target?.from || !target.to || !this.isOther(target, attribute)) return [];
      return [{ change: { field, from: text, to: text }, cause: target.address }];
    });
  }

  /** Whether an attribute has another value: an argument that is given has what is given, all others come with the resource. */
  private isOther(target: CloudResource, attribute: string): boolean {
    const { verdict, changes } = this.of(target);
    if (attribute in (target.to ?? {})) return changes.some(({ field }) => isBelow(field, attribute));
    return verdict === 'replaced' || (verdict === 'changed' && (CHANGED_WITH[target.type] ?? []).includes(attribute));
  }
}

/** An address range that grows around what it was stays the same subnet. */
function replaces(type: string, { field, from, to }: Change): boolean {
  if (type === 'google_compute_subnetwork' && field === 'ip_cidr_range') return !contains(String(to), String(from));
  return isAmong(field, REPLACED_BY[type]);
}

/** Whether a range of addresses has all of another. */
function contains(outer: string, inner: string): boolean {
  const [outerBits, innerBits] = [outer, inner].map(bitsOf);
  return innerBits !== undefined && outerBits !== undefined && innerBits.startsWith(outerBits);
}

function bitsOf(range: string): string | undefined {
  const [address = '', length] = range.split('/');
  const bytes = address.split('.').map(Number);
  if (length === undefined || bytes.length !== 4) return undefined;
  return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('').slice(0, Number(length));
}

function plainArguments(all: TerraformArguments): TerraformArguments {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !META.includes(name)));
}

function ignoredBy({ lifecycle }: TerraformArguments): string[] {
  const { ignore_changes: ignored } = isObject(lifecycle) ? lifecycle : {};
  return Array.isArray(ignored) ? ignored.map((path) => String(path).replace(/\[\d+\]/g, '')) : [];
}

interface TerraformReference {
  readonly field: string;
  readonly text: string;
  readonly address: string;
  readonly attribute: string;
}

function referencesIn(value: unknown, field = ''): TerraformReference[] {
  if (typeof value === 'string') {
    return [...value.matchAll(REFERENCE)].map(([text, type = '', name = '', attribute = '']) => (
      { field, text: `${text}}`, address: `${type}.${name}`, attribute }
    ));
  }
  if (Array.isArray(value)) return value.flatMap((element) => referencesIn(element, field));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => referencesIn(part, field === '' ? name : `${field}.${name}`));
}

/** All resources of both sides by their addresses, those that `moved` blocks rename by the new ones. */
function resourcesOf(from: TerraformJson = {}, to: TerraformJson = {}): CloudResource[] {
  const moved = new Map(movesIn(to).map((move) => [move.from, move.to]));
  const before = new Map([...addressesIn(from)].map(([address, each]) => [moved.get(address) ?? address, followingMoves(each, moved)]));
  const after = addressesIn(to);
  const addresses = [...new Set([...after.keys(), ...before.keys()])];
  return addresses.map((address) => ({ address, type: address.split('.')[0] ?? '', from: before.get(address), to: after.get(address) }));
}

/** A whole address in an expression, and not a part of a longer one, such as that of a data source. */
const ADDRESS = /(?<![\w.-])[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+/g;

/** The same arguments, in which what has moved is referred to by its new address. */
function followingMoves(all: TerraformArguments, moved: ReadonlyMap<string, string>): TerraformArguments {
  const follow = (value: unknown): unknown => {
    if (typeof value === 'string') return value.includes('${') ? value.replace(ADDRESS, (address) => moved.get(address) ?? address) : value;
    if (Array.isArray(value)) return value.map(follow);
    return isObject(value) ? followEach(value) : value;
  };
  const followEach = (object: TerraformArguments): TerraformArguments => (
    Object.fromEntries(Object.entries(object).map(([name, part]) => [name, follow(part)]))
  );
  return moved.size > 0 ? followEach(all) : all;
}

function addressesIn({ resource = {} }: TerraformJson): Map<string, TerraformArguments> {
  return new Map(Object.entries(resource).flatMap(([type, byName]) => Object.entries(byName).map(([name, each]) => [`${type}.${name}`, each])));
}

function movesIn({ moved }: TerraformJson): { readonly from: string; readonly to: string }[] {
  const blocks: readonly unknown[] = Array.isArray(moved) ? moved : [];
  return blocks.flatMap((block) => (isObject(block) ? [{ from: String(block.from), to: String(block.to) }] : []));
}

function placesOf(from: TerraformJson, to: TerraformJson): ReadonlyMap<string, readonly Change[]> {
  return new Map(Object.entries(PLACES).flatMap(([provider, fields]) => {
    const [before, after] = [from, to].map(({ provider: all }) => all?.[provider]?.[0]);
    if (!before || !after) return [];
    const changes = fields.flatMap((field) => changesBetween(before[field], after[field], `provider.${field}`));
    return changes.length > 0 ? [[provider, changes]] : [];
  }));
}
