/** Fits for a person: a line for each resource, with the arithmetic below. */
import type { Verdict } from '../../sizing/fit';
import { columns, wrapped } from '../../state/columns';
import type { ResourceFit } from '../../state/fit';
import type { Colours, Terminal } from '../terminal';

const WORDS: Readonly<Record<Verdict, string>> = { fits: 'fits', tight: 'fits barely', no: 'does not fit', unknown: 'unknown' };
const MARGIN = '    ';

/** All of them, those of each namespace below its name. */
export function fitsText(fits: readonly ResourceFit[], terminal: Terminal): string {
  const heads = columns(fits.map((fit) => headOf(fit, terminal.colours)));
  return fits.flatMap((fit, index) => {
    const before = fits[index - 1];
    const isFirst = before?.cluster !== fit.cluster || before.namespace !== fit.namespace;
    const title = isFirst ? [...(before ? [''] : []), terminal.colours.bold(`${fit.namespace} (${fit.cluster})`)] : [];
    return [...title, `  ${heads[index] ?? ''}`, ...detailsOf(fit, terminal)];
  }).join('\n');
}

function headOf({ kind, name, verdict, contextLength, concurrency }: ResourceFit, colours: Colours): string[] {
  const paint = { fits: colours.green, tight: colours.yellow, no: colours.red, unknown: colours.dim }[verdict];
  const serves = verdict === 'no' || contextLength === undefined ? '' : `${contextLength} tokens`;
  return [`${kind} ${name}`, paint(WORDS[verdict]), serves, serves !== '' && concurrency !== undefined ? `${concurrency.toFixed(1)} at once` : ''];
}

function detailsOf({ reason, parts = [], usableGiB }: ResourceFit, { colours, width }: Terminal): string[] {
  const taken = parts.map((part) => `${part.name} ${part.gib.toFixed(1)}`).join(', ');
  const sums = taken === '' || usableGiB === undefined ? [] : [`GiB: ${taken}; of ${usableGiB.toFixed(1)}`];
  return [reason, ...sums].flatMap((text) => wrapped(text, width - MARGIN.length)).map((line) => `${MARGIN}${colours.dim(line)}`);
}
