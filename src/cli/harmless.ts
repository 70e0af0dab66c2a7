/** Texts of pods and manifests for a terminal, which would do what control characters in them say. */

/** Of a colour or the like, as picocolors and many programs write it. No other sequence is let through. */
const COLOUR = String.raw`\u001b\[[0-9;]*m`;
const COLOURS = new RegExp(COLOUR, 'g');
/** C0 but for tab and line break, DEL and C1; what a colour begins with is taken with it. */
const COLOUR_OR_CONTROL = new RegExp(String.raw`${COLOUR}|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]`, 'g');
const CARRIAGE_RETURNS = /\r(?=\n|$)/g;
const REPLACEMENT = '\ufffd';

/** Without control characters, and with colours only where there are any. Ends of lines of Windows become those of here. */
export function harmless(text: string, isColoured: boolean): string {
  const shown = isColoured ? text : text.replace(COLOURS, '');
  return shown.replace(CARRIAGE_RETURNS, '').replace(COLOUR_OR_CONTROL, (found) => found.length > 1 ? found : REPLACEMENT);
}

/** JSON of the same value, in which no control character stands for itself. */
export function harmlessJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}
