/** The effects as text for a terminal. */
import { wrapped } from '../state/columns';
import { costLines } from './cost';
import type { CostChange } from './cost';
import type { Diff } from './diff';
import type { Effect } from './effect';
import { subjectName } from './effect';
import { changeText, grouped, NOTHING, outlineOf, shownChanges, SIGNS, summaryOf } from './outline';
import type { Section, Told } from './outline';

/** How parts of the text are shown, such as colours. By default as they are. */
export interface TextStyle {
  readonly width: number;
  readonly title: (text: string) => string;
  readonly good: (text: string) => string;
  readonly change: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly aside: (text: string) => string;
}

const asIs = (text: string): string => text;
export const PLAIN: TextStyle = { width: 120, title: asIs, good: asIs, change: asIs, bad: asIs, aside: asIs };

export function textOf({ effects, cost }: Diff, style: TextStyle = PLAIN): string {
  if (effects.length === 0) return NOTHING;
  const sections = outlineOf(effects).map((section) => sectionText(section, style));
  return [...sections, ...costText(cost, style), style.title(summaryOf(effects))].join('\n\n');
}

function costText(cost: CostChange | undefined, style: TextStyle): string[] {
  return cost ? [[style.title('cost'), ...costLines(cost).map((line) => `  ${line}`)].join('\n')] : [];
}

function sectionText({ title, told }: Section, style: TextStyle): string {
  return [style.title(title), ...linesOf(told, style, '  ')].join('\n');
}

function linesOf(told: readonly Told[], style: TextStyle, indent: string): string[] {
  return grouped(told).flatMap((each) => ('effect' in each ? toldLines(each, style, indent) : groupLines(each, style, indent)));
}

function toldLines({ effect, follows }: Told, style: TextStyle, indent: string): string[] {
  const inner = `${indent}    `;
  const { shown, more } = shownChanges(effect);
  const changes = shown.map((change) => `${change.field}: ${changeText(change)}`);
  const asides = [...changes, ...(more > 0 ? [`and ${more} more fields`] : []), ...effect.notes];
  return [
    ...signed(`${subjectName(effect.subject)} ${effect.words}`, effect, { style, indent }),
    ...asides.flatMap((line) => hanging(line, style.width, [inner, `${inner}  `]).map(style.aside)),
    ...linesOf(follows, style, inner),
  ];
}

/** Of several at once: `+ 3 Service are created: a, b, c`. */
function groupLines(effects: readonly Effect[], style: TextStyle, indent: string): string[] {
  const [first] = effects;
  if (!first) return [];
  if (effects.length === 1) return signed(`${subjectName(first.subject)} ${first.words}`, first, { style, indent });
  const names = effects.map(({ subject: { namespace, name } }) => (namespace === undefined ? name : `${namespace}/${name}`));
  return signed(`${effects.length} × ${first.subject.kind} ${first.words}: ${names.join(', ')}`, first, { style, indent });
}

interface Place {
  readonly style: TextStyle;
  readonly indent: string;
}

function signed(text: string, { effect }: Effect, { style, indent }: Place): string[] {
  const paint = { '+': style.good, '-': style.bad, '!': style.bad, '±': style.bad, '~': style.change }[SIGNS[effect]] ?? asIs;
  return hanging(text, style.width, [`${indent}${SIGNS[effect]} `, `${indent}  `]).map((line) => paint(line));
}

function hanging(text: string, width: number, [first, rest]: readonly [string, string]): string[] {
  return wrapped(text, Math.max(30, width - rest.length)).map((line, index) => `${index === 0 ? first : rest}${line}`);
}
