/** What is written on a child when it is applied, so that a later look needs no memory. */
import { APPLIED_ANNOTATION } from '../../api/resource';
import type { Artifact, Inputs } from '../../expand';
import { Lru } from '../runtime/lru';
import type { Fingerprint } from './fingerprint';

/** What is decided once for a child, and known from then on. */
export interface Latches {
  /** Digest of the part of the spec, and of the inputs, that decide the pod. Another means that the author wants other pods. */
  readonly intent: string;
  /** What the references resolved to. */
  readonly inputs?: Inputs;
  /** Service: which artifacts pods of former revisions may still serve, by their URLs. */
  readonly former?: readonly string[];
  /** Model and Dataset: where its artifact is, or will be. */
  readonly url?: string;
  /** Notebook: when it was suspended for lack of activity. */
  readonly culledAt?: string;
  /** Job: what the resource's retry annotation said when it was made: it was not meant for this one's failure. */
  readonly retry?: string;
  /** Notebook: what its restart annotation said when its Deployment was last applied. */
  readonly restart?: string;
}

export interface Applied extends Fingerprint, Latches {}

export function latchesOf({ intent, inputs, former, url, culledAt, retry, restart }: Latches): Latches {
  return { intent, inputs, former, url, culledAt, retry, restart };
}

/** What the annotation of an object says; nothing where it was not applied by a reconciler, or someone has written into it. */
export function readApplied(annotations: Readonly<Record<string, string>> = {}): Applied | undefined {
  const text = annotations[APPLIED_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isApplied(value) ? { ...value, ...(value.inputs && { inputs: heldOnce(value.inputs) }) } : undefined;
  } catch {
    return undefined;
  }
}

/** All children of a resource have the same inputs, and so have all that use the same Model. */
const INPUTS = new Lru<Inputs>(1000);

function heldOnce(inputs: Inputs): Inputs {
  const text = JSON.stringify(inputs);
  const known = INPUTS.get(text) ?? inputs;
  INPUTS.set(text, known);
  return known;
}

function isApplied(value: unknown): value is Applied {
  if (!isTexts(value, ['intent', 'rest'], ['template', 'culledAt', 'url', 'retry', 'restart'])) return false;
  const { inputs, former = [] } = value as Applied;
  return isInputs(inputs) && Array.isArray(former) && former.every((url) => typeof url === 'string');
}

function isInputs(inputs: unknown = {}): boolean {
  return typeof inputs === 'object' && inputs !== null
    && Object.values(inputs).every((input) => isTexts(input, ['kind', 'name', 'namespace', 'recipeDigest', 'url'], []) && isSource(input));
}

/** Whether the source of an input can be one; most have none. */
function isSource({ source = {} }: { readonly source?: unknown }): boolean {
  return typeof source === 'object' && source !== null;
}

/** Whether it has these fields, all of them texts. */
function isTexts(value: unknown, required: readonly string[], optional: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return required.every((name) => typeof fields[name] === 'string')
    && optional.every((name) => fields[name] === undefined || typeof fields[name] === 'string');
}

/** The artifacts that pods may serve, by their URLs. */
export function artifactsOf({ inputs = {}, former = [] }: Pick<Applied, 'inputs' | 'former'>): string[] {
  return [...Object.values(inputs).map(({ url }: Artifact) => url), ...former];
}

export function writeApplied({ rest, template, ...latches }: Applied): string {
  const { intent, ...others } = latchesOf(latches);
  return JSON.stringify({ intent, rest, template, ...others });
}
