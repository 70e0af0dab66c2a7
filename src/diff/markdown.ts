/** The effects as Markdown, for a comment on a pull request. */
import { costLines } from './cost';
import type { Diff } from './diff';
import type { Change, Effect } from './effect';
import { subjectName } from './effect';
import { grouped, outlineOf, shownChanges, summaryOf, valueText } from './outline';
import type { Section, Told } from './outline';

/** By which a program finds the comment that it wrote before. */
export const MARKER = '<!-- substratus diff -->';

export function markdownOf({ effects, cost }: Diff): string {
  const loud = effects.filter(({ effect }) => effect !== 'unchanged');
  const quiet = effects.filter(({ effect }) => effect === 'unchanged');
  return [
    MARKER,
    `**Effects: ${summaryOf(effects)}**`,
    ...outlineOf(loud).map(sectionText),
    ...(cost ? [['### cost', '', ...costLines(cost).map((line) => `- ${plain(line)}`)].join('\n')] : []),
    ...(quiet.length > 0 ? [folded(`${quiet.length} without an effect on what runs`, outlineOf(quiet).map(sectionText).join('\n\n'))] : []),
  ].join('\n\n').concat('\n');
}

function folded(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;
}

function sectionText({ title, told }: Section): string {
  return [`### ${plain(title)}`, '', ...linesOf(told, '')].join('\n');
}

function linesOf(told: readonly Told[], indent: string): string[] {
  return grouped(told).flatMap((each) => ('effect' in each ? toldLines(each, indent) : [groupLine(each, indent)]));
}

function toldLines({ effect, follows }: Told, indent: string): string[] {
  const inner = `${indent}  `;
  const { shown, more } = shownChanges(effect);
  const changes = [...shown.map(changeText), ...(more > 0 ? [`and ${more} more fields`] : [])];
  return [
    `${indent}- ${strong(effect)} ${plain(effect.words)}`,
    ...[...changes, ...effect.notes.map(plain)].map((line) => `${inner}- ${line}`),
    ...linesOf(follows, inner),
  ];
}

function groupLine(effects: readonly Effect[], indent: string): string {
  const [first] = effects;
  if (!first) return '';
  if (effects.length === 1) return `${indent}- ${strong(first)} ${plain(first.words)}`;
  const names = effects.map(({ subject: { namespace, name } }) => code(namespace === undefined ? name : `${namespace}/${name}`));
  return `${indent}- **${effects.length} × ${code(first.subject.kind)}** ${plain(first.words)}: ${names.join(', ')}`;
}

function strong({ subject }: Effect): string {
  return subject.side === 'cloud' ? `**${code(subjectName(subject))}**` : `**${plain(subjectName(subject))}**`;
}

function changeText({ field, from, to }: Change): string {
  return from === to ? `${code(field)}: ${code(valueText(to))}, which is another one` : `${code(field)}: ${code(valueText(from))} → ${code(valueText(to))}`;
}

/** In one line: a name or a value may hold any text, and begins no paragraph of its own. */
function inLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

/** As code, also where it has backquotes. */
function code(value: string): string {
  const text = inLine(value);
  const fence = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return fence.length === 1 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

/** Text that Markdown leaves as it is, and that calls nobody: a mention is found in spite of a backslash. */
function plain(text: string): string {
  return inLine(text).replace(/[\\`*<>[\]]/g, (character) => `\\${character}`).replace(/@/g, '&#64;');
}
