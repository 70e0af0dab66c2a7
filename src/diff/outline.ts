/** Effects in the order in which they are told: by cluster and stack, what follows from an effect below it. */
import { canonicalJson } from '../api/digest';
import type { Change, Effect, EffectName } from './effect';
import { subjectKey } from './effect';

/** An effect, and those that come about because of it. */
export interface Told {
  readonly effect: Effect;
  readonly follows: readonly Told[];
}

export interface Section {
  /** Such as `cluster ml` or `stack gcp`. */
  readonly title: string;
  readonly told: readonly Told[];
}

export function outlineOf(effects: readonly Effect[]): Section[] {
  const titles = [...new Set(effects.map(titleOf))];
  return titles.map((title) => ({ title, told: treeOf(effects.filter((effect) => titleOf(effect) === title)) }));
}

function titleOf({ subject: { side, scope } }: Effect): string {
  return `${side === 'cloud' ? 'stack' : 'cluster'} ${scope}`;
}

/** Each effect below the first of its causes that has one; several on one thing below the first of them. */
function treeOf(effects: readonly Effect[]): Told[] {
  const firsts = new Map<string, Effect>();
  for (const effect of effects) if (!firsts.has(subjectKey(effect.subject))) firsts.set(subjectKey(effect.subject), effect);
  const followers = new Map<Effect | undefined, Effect[]>();
  for (const effect of effects) {
    const first = firsts.get(subjectKey(effect.subject));
    const cause = first === effect ? effect.causes.map((key) => firsts.get(key)).find((each) => each !== undefined) : first;
    followers.set(cause, [...followers.get(cause) ?? [], effect]);
  }
  const below = (cause?: Effect): Told[] => (followers.get(cause) ?? []).map((effect) => ({ effect, follows: below(effect) }));
  return below();
}

/** A sign for an effect, as in a plan of Terraform. */
export const SIGNS: Readonly<Record<EffectName, string>> = {
  'made': '+', 'starts': '+', 'created': '+',
  'made-again': '±', 'replaced': '±',
  'rolls': '~', 'restarts': '~', 'scales': '~', 'moves': '~', 'changed': '~', 'waits': '~',
  'deleted': '-', 'destroyed': '-', 'stops': '-',
  'refused': '!', 'stalls': '!',
  'renamed': '=', 'unchanged': '=',
};

/** Words for a number of effects, in the order in which they are counted. */
const COUNTED: Readonly<Record<EffectName, string>> = {
  'refused': 'refused', 'stalls': 'that cannot come about', 'destroyed': 'destroyed', 'replaced': 'replaced', 'deleted': 'deleted',
  'made-again': 'made again', 'made': 'made', 'rolls': 'rolling', 'moves': 'moving to other nodes', 'restarts': 'restarting', 'stops': 'stopping',
  'starts': 'starting', 'scales': 'scaling', 'waits': 'taking the change later', 'created': 'created', 'changed': 'changed',
  'renamed': 'renamed', 'unchanged': 'without an effect on what runs',
};

/** All effects in one line: `1 made again, 2 rolling`. */
export function summaryOf(effects: readonly Effect[]): string {
  const counts = Object.entries(COUNTED).map(([name, words]) => ({ words, count: effects.filter(({ effect }) => effect === name).length }));
  return counts.filter(({ count }) => count > 0).map(({ count, words }) => `${count} ${words}`).join(', ') || NOTHING;
}

/** What is said where nothing differs. */
export const NOTHING = 'nothing changes';

const LONGEST_VALUE = 60;

/** A value in a line; of a long one its beginning. */
export function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : canonicalJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

/** Most fields that are told of one effect. */
const MOST_CHANGES = 8;

/** The changes that are told, and how many more there are. */
export function shownChanges({ changes }: Effect): { readonly shown: readonly Change[]; readonly more: number } {
  return { shown: changes.slice(0, MOST_CHANGES), more: Math.max(0, changes.length - MOST_CHANGES) };
}

/** What is told of a change: a reference that stays, to what is another resource, is told by what it refers to. */
export function changeText({ from, to }: Change): string {
  return from === to ? `${valueText(to)}, which is another one` : `${valueText(from)} → ${valueText(to)}`;
}

/** Created and destroyed things of one kind about which there is nothing else to say; they are told in one line. */
export function grouped(told: readonly Told[]): (Told | readonly Effect[])[] {
  const groups = new Map<string, Effect[]>();
  const lines: (Told | Effect[])[] = [];
  for (const each of told) {
    const { effect: { effect, subject: { kind }, changes, notes }, follows } = each;
    const isPlain = ['created', 'destroyed', 'deleted'].includes(effect) && changes.length + notes.length + follows.length === 0;
    const key = `${effect}/${kind}/${each.effect.words}`;
    const group = groups.get(key);
    if (isPlain && group) {
      group.push(each.effect);
      continue;
    }
    const line = isPlain ? [each.effect] : each;
    if (Array.isArray(line)) groups.set(key, line);
    lines.push(line);
  }
  return lines;
}
