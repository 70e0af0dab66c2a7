/** Server-sent events, as OpenAI's API streams answers. */

/** The data of each event, until `[DONE]` or the end. */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const data of lines.flatMap(dataOf)) {
      if (data === '[DONE]') return;
      yield data;
    }
  }
  for (const data of dataOf(rest)) if (data !== '[DONE]') yield data;
}

function dataOf(line: string): string[] {
  return line.startsWith('data:') ? [line.slice('data:'.length).trim()] : [];
}
