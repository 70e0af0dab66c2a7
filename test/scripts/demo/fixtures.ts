import type { Row } from '../../../scripts/demo/row';
import type { Palette } from '../../../scripts/demo/view';

export function row(fields: Partial<Row>): Row {
  return {
    kind: 'Model', name: 'opt-b9djmkfx', state: 'working', isReady: false, reason: 'Running', message: 'running', ageMs: 7000, progress: 1,
    ...fields,
  };
}

/** Shows where a colour begins and ends. */
export const TAGS: Palette = {
  bold: tag('b'), dim: tag('d'), green: tag('g'), yellow: tag('y'), red: tag('r'), cyan: tag('c'),
};

export const PLAIN: Palette = { bold: same, dim: same, green: same, yellow: same, red: same, cyan: same };

function tag(name: string) {
  return (text: string): string => `<${name}>${text}</${name}>`;
}

function same(text: string): string {
  return text;
}
