/** How far a ready-made program is, by its own word: a line `progress: step 120 of 900` of its output. */
import { credentialIn } from '../../api/credentials';
import { LONGEST_PROGRESS } from '../../api/status';

const PREFIX = 'progress: ';
/** What colours the text of a terminal: `\e[32m`. Before the control characters go, of which its first is one. */
const COLOUR = /\p{Cc}\[[\d;]*[A-Za-z]/gu;
/** Control characters, and those that are not seen or turn the direction of the text. A tab is white space. */
const UNSEEN = /(?!\t)[\p{Cc}\p{Cf}]/gu;

/** The last word on its progress that may be shown; `undefined` if there is none. One that holds a credential is not shown. */
export function progressIn(output: string): string | undefined {
  return output.split(/[\r\n]+/)
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => plain(line.slice(PREFIX.length)))
    .filter((text) => text !== '' && credentialIn(text) === undefined)
    .map(shortened)
    .pop();
}

function plain(text: string): string {
  return text.replace(COLOUR, '').replace(UNSEEN, '').replace(/\s+/g, ' ').trim();
}

/** In characters, as the API server counts them. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_PROGRESS ? text : `${characters.slice(0, LONGEST_PROGRESS - 1).join('')}…`;
}
