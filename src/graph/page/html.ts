/** Text of HTML and SVG in which nothing is markup but what is written as such here. */

export class Html {
  /** Markup as it is: of constants only. */
  public static raw(text: string): Html {
    return new Html(text);
  }

  private constructor(private readonly text: string) {}

  public toString(): string {
    return this.text;
  }
}

type Value = Html | string | number | undefined | readonly Value[];

/** Every value is text, and is escaped; markup of this function stays markup. What is absent is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.raw(parts.map((part, index) => `${part}${markup(values[index])}`).join(''));
}

function markup(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** Characters that neither HTML nor XML can have, even as entities, are shown as such. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
}
