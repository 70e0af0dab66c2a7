/** How wide text is, as far as that can be told without the font of the reader: never less than with the usual ones. */

/** Of Arial, Segoe UI, Roboto and DejaVu Sans the widest but one, in parts of the size. */
const NARROW = /[iljtf.,:;'|!()[\]/ -]/;
const WIDE = /[mwMW@%—]/;
const CAPITAL = /[A-Z]/;

/** In pixels. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const character of text) {
    if (NARROW.test(character)) width += 0.36;
    else if (WIDE.test(character)) width += 0.92;
    else width += CAPITAL.test(character) || character > '~' ? 0.7 : 0.58;
  }
  return width * size;
}

/** The text, or its beginning and its end where it is too long: names often differ at their ends. */
export function fitted(text: string, size: number, most: number): string {
  if (widthOf(text, size) <= most) return text;
  const characters = [...text];
  for (let kept = characters.length - 1; kept > 2; kept -= 1) {
    const tail = Math.min(9, Math.floor(kept / 2));
    const shorter = `${characters.slice(0, kept - tail).join('').replace(/[./_-]+$/, '')}…${characters.slice(-tail).join('')}`;
    if (widthOf(shorter, size) <= most) return shorter;
  }
  return `${characters.slice(0, 2).join('')}…`;
}
