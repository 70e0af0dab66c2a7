/** The cause of a failure, out of the end of a program's output. */

/** Longest excerpt of a container's last words. */
const LONGEST = 512;

/** The last line of a Python trace, such as `torch.cuda.OutOfMemoryError: CUDA out of memory`. It stands at the beginning of its line. */
const EXCEPTION = /^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Exit|Failure)(?:: |:?$)/;

/** A bar of tqdm, pip or curl: `12%|█▏   | 3/25 [00:10<01:13,  3.35s/it]`. */
const PROGRESS = /\d%\s*\||\d(?:it|s|[kMGT]?i?B)\/(?:it|s)\b/;

/** The exception that ended a Python program, with what it says; else the end of the output. Progress bars are left out. */
export function lastWords(message: string): string {
  const lines = message.split('\n').map(visible).filter((line) => !PROGRESS.test(line));
  const cause = lines.map((line) => EXCEPTION.test(line)).lastIndexOf(true);
  if (cause >= 0) return beginning(lines.slice(cause).join('\n').trim());
  const text = lines.join('\n').trim();
  return text.length <= LONGEST ? text : `…${text.slice(-LONGEST)}`;
}

/** What a terminal shows of a line that was written over and over. */
function visible(line: string): string {
  return line.split('\r').filter((part) => part.trim() !== '').pop() ?? '';
}

function beginning(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
