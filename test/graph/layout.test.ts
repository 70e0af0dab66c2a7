import { graphOf } from '../../src/graph/graph';
import { picturesOf } from '../../src/graph/layout';
import type { Placed } from '../../src/graph/layout';
import { fitted, widthOf } from '../../src/graph/text-width';
import { largeState, stateOfExample } from './fixtures';

const GRAPHS = [['multi-cloud', graphOf(stateOfExample('multi-cloud'))], ['300 resources', graphOf(largeState(300))]] as const;

function overlap(a: Placed, b: Placed): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other): [T, T] => [one, other]));
}

describe.each(GRAPHS)('the picture of %s', (_, graph) => {
  const pictures = picturesOf(graph);

  test('has every node, in its cluster', () => {
    const drawn = pictures.flatMap(({ cluster, workspaces, cards }) => [cluster, ...[...workspaces, ...cards].map(({ node }) => node)]);
    expect(drawn.map(({ id }) => id).sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
  });

  test('has no card on another, nor outside', () => {
    for (const { cards, workspaces, width, height } of pictures) {
      expect(pairs(cards).filter(([one, other]) => overlap(one, other))).toEqual([]);
      expect(pairs(workspaces).filter(([one, other]) => overlap(one, other))).toEqual([]);
      const isOutside = (each: Placed): boolean => each.x < 0 || each.y < 0 || each.x + each.width > width || each.y + each.height > height;
      expect([...cards, ...workspaces].filter(isOutside)).toEqual([]);
    }
  });

  test('has each card in the box of its workspace', () => {
    for (const { cards, workspaces } of pictures) {
      const outside = cards.filter(({ node, x, y, width, height }) => {
        const box = workspaces.find((workspace) => workspace.node.id === node.parent);
        return box !== undefined && (x < box.x || y < box.y || x + width > box.x + box.width || y + height > box.y + box.height);
      });
      expect(outside).toEqual([]);
    }
  });

  test('goes from left to right', () => {
    for (const { cards, edges } of pictures) {
      const at = (id: string): number => cards.find(({ node }) => node.id === id)?.x ?? NaN;
      const reads = edges.filter(({ edge }) => edge.type === 'reads');
      expect(reads.length).toBeGreaterThan(0);
      expect(reads.filter(({ edge }) => !(at(edge.from) < at(edge.to)))).toEqual([]);
    }
  });

  test('is as wide as a laptop shows it', () => {
    expect(pictures.filter(({ width }) => width > 1240)).toEqual([]);
  });

  test('is the same each time', () => {
    expect(picturesOf(graph)).toEqual(pictures);
  });
});

test('what is too long is cut in its middle, for names differ at their ends', () => {
  const cut = fitted('llama-3-3-70b-instruct-customer-support-cqvrn3cn', 14, 178);
  expect(cut).toBe('llama-3-3-70b…-cqvrn3cn');
  expect(widthOf(cut, 14)).toBeLessThanOrEqual(178);
  expect(fitted('chat', 14, 178)).toBe('chat');
  expect(fitted('🦙🦙🦙🦙🦙🦙🦙🦙', 14, 60)).toMatch(/^(🦙)+…(🦙)+$/u);
});
