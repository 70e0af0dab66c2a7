/** Where everything is in the picture of a cluster. Storage above, nodes below, and between them the workspaces, from left to right. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { EdgeType, Graph, GraphEdge, GraphNode } from './model';
import { packed } from './pack';
import type { Size } from './pack';
import { childrenOf, isGroup } from './words';

/** In pixels at 100 %. */
export const CARD = { width: 204, height: 92 };
export const SMALL_CARD = { width: 250, height: 70 };
export const WORKSPACE = { padding: 18, title: 34 };
const PICTURE = { margin: 2, gap: 44 };
const GAP = 18;
/** As wide as a laptop's window shows it at 100 %. */
const WIDTH = 1230;

export interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** Data of an SVG path. */
  readonly path: string;
  /** Whether it stands for the edges of all that is in a workspace. */
  readonly isSum: boolean;
}

export interface Picture extends Size {
  readonly cluster: GraphNode;
  readonly workspaces: readonly Placed[];
  readonly cards: readonly Placed[];
  readonly edges: readonly PlacedEdge[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Something with what is in it, relative to its corner. */
interface Block extends Size {
  readonly workspace?: GraphNode;
  readonly cards: readonly Placed[];
  /** Of an edge, where it bends. */
  readonly bends: ReadonlyMap<GraphEdge, readonly Point[]>;
}

/** One picture for each cluster, for no edge leaves one. */
export function picturesOf(graph: Graph): Picture[] {
  return childrenOf(graph, undefined).map((cluster) => pictureOf(cluster, graph));
}

function pictureOf(cluster: GraphNode, graph: Graph): Picture {
  const inside = childrenOf(graph, cluster.id);
  const ofType = (...types: readonly string[]): Block[] => inside.filter(({ type }) => types.includes(type)).map(smallBlock);
  const rows = [
    row(ofType('Bucket', 'Registry')),
    row(inside.filter(isGroup).map((workspace) => workspaceBlock(workspace, graph))),
    row(ofType('GpuNodePool', 'NodePool')),
  ].filter(({ height }) => height > 0);
  const whole = stacked(rows);
  const placed = new Map(whole.cards.map((card) => [card.node.id, card]));
  return {
    cluster,
    width: whole.width + 2 * PICTURE.margin,
    height: whole.height + 2 * PICTURE.margin,
    workspaces: whole.workspaces,
    cards: whole.cards,
    edges: [
      ...sumsOf(whole.workspaces, placed, graph),
      ...graph.edges.flatMap((edge) => {
        const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
        return from && to ? [{ edge, path: PATHS[edge.type](from, to, whole.bends.get(edge) ?? []), isSum: false }] : [];
      }),
    ],
  };
}

/** From each workspace one edge to whatever around it something in it has an edge to, so that the picture is calm. */
function sumsOf(workspaces: readonly Placed[], placed: ReadonlyMap<string, Placed>, { edges }: Graph): PlacedEdge[] {
  return workspaces.flatMap((workspace) => {
    const around = edges.filter(({ from, type }) => type !== 'reads' && placed.get(from)?.node.parent === workspace.node.id);
    const sums = new Map(around.map(({ to, type }) => [`${type} ${to}`, { from: workspace.node.id, to, type }]));
    return [...sums.values()].flatMap((edge) => {
      const to = placed.get(edge.to);
      return to ? [{ edge, path: PATHS[edge.type](below(to, workspace), to, []), isSum: true }] : [];
    });
  });
}

/** The part of a workspace that is right above or below a card, or nearest to that. */
function below(to: Placed, workspace: Placed): Placed {
  const [first, last] = [workspace.x + 20, workspace.x + workspace.width - 20];
  return { ...workspace, x: Math.min(last, Math.max(first, to.x + to.width / 2)), width: 0 };
}

interface Whole extends Block {
  readonly workspaces: readonly Placed[];
}

/** Blocks side by side, in as many lines as they take. */
function row(blocks: readonly Block[]): Whole {
  const { placed, width, height } = packed(blocks, { width: WIDTH, gap: GAP });
  return merged(placed.map(({ item, x, y }) => moved(item, { x, y })), { width, height });
}

/** Rows below each other, each in the middle. */
function stacked(rows: readonly Whole[]): Whole {
  const width = Math.max(...rows.map((each) => each.width), 0);
  let y = PICTURE.margin;
  const parts = rows.map((each) => {
    const part = movedWhole(each, { x: PICTURE.margin + (width - each.width) / 2, y });
    y += each.height + PICTURE.gap;
    return part;
  });
  return merged(parts, { width, height: Math.max(0, y - PICTURE.gap - PICTURE.margin) });
}

function merged(parts: readonly Whole[], { width, height }: Size): Whole {
  return {
    width,
    height,
    workspaces: parts.flatMap(({ workspaces }) => workspaces),
    cards: parts.flatMap(({ cards }) => cards),
    bends: new Map(parts.flatMap(({ bends }) => [...bends])),
  };
}

function moved(block: Block, by: Point): Whole {
  const { workspace, width, height } = block;
  return movedWhole({ ...block, workspaces: workspace ? [{ node: workspace, x: 0, y: 0, width, height }] : [] }, by);
}

function movedWhole(whole: Whole, by: Point): Whole {
  const shifted = <T extends Point>(point: T): T => ({ ...point, x: point.x + by.x, y: point.y + by.y });
  return {
    ...whole,
    workspaces: whole.workspaces.map(shifted),
    cards: whole.cards.map(shifted),
    bends: new Map([...whole.bends].map(([edge, points]) => [edge, points.map(shifted)])),
  };
}

function smallBlock(node: GraphNode): Block {
  return { ...SMALL_CARD, cards: [{ node, x: 0, y: 0, ...SMALL_CARD }], bends: new Map() };
}

/** What hangs together side by side; a title above, where the block has room for it. */
function workspaceBlock(workspace: GraphNode, graph: Graph): Block {
  const nodes = childrenOf(graph, workspace.id);
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ from, to, type }) => type === 'reads' && ids.has(from) && ids.has(to));
  const { padding, title } = WORKSPACE;
  const blocks = componentsOf(nodes, edges).map((component) => layeredBlock(component, edges));
  const { placed, width, height } = packed(blocks, { width: WIDTH - 2 * padding, gap: GAP + 6 });
  const inside = merged(placed.map(({ item, x, y }) => moved(item, { x: x + padding, y: y + title })), { width, height });
  return {
    workspace,
    width: Math.max(width, CARD.width) + 2 * padding,
    height: height + title + (height > 0 ? padding : 0),
    cards: inside.cards,
    bends: inside.bends,
  };
}

/** Nodes that hang together, in the order of their first ones. */
function componentsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[][] {
  const neighbours = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const reach = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    neighbours.get(id)?.forEach(reach);
  };
  return nodes.flatMap(({ id }) => {
    if (seen.has(id)) return [];
    const before = new Set(seen);
    reach(id);
    return [nodes.filter((node) => seen.has(node.id) && !before.has(node.id))];
  });
}

/** By dagre, from left to right: each after what it reads. */
function layeredBlock(nodes: readonly GraphNode[], all: readonly GraphEdge[]): Block {
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = all.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const drawing = new graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 48, edgesep: 12 });
  for (const { id } of nodes) drawing.setNode(id, { ...CARD });
  for (const edge of edges) drawing.setEdge(edge.from, edge.to, {}, edge.label);
  layout(drawing);
  const cards = nodes.map((node) => {
    const { x, y } = drawing.node(node.id);
    return { node, x: round(x - CARD.width / 2), y: round(y - CARD.height / 2), ...CARD };
  });
  const { width = 0, height = 0 } = drawing.graph();
  return { width: round(width), height: round(height), cards, bends: new Map(edges.map((edge) => [edge, bendsOf(edge, drawing)])) };
}

/** Where an edge passes a column of cards: along its whole width, so that it turns between the columns only. */
function bendsOf({ from, to, label }: GraphEdge, drawing: graphlib.Graph): Point[] {
  const { points } = drawing.edge(from, to, label) as { readonly points: readonly Point[] };
  const columns = new Set(drawing.nodes().map((id) => round(drawing.node(id).x)));
  const passed = points.slice(1, -1).filter(({ x }) => columns.has(round(x)));
  return passed.flatMap(({ x, y }) => [-1, 1].map((side) => ({ x: round(x + side * CARD.width / 2), y: round(y) })));
}

type Path = (from: Placed, to: Placed, bends: readonly Point[]) => string;

const PATHS: Readonly<Record<EdgeType, Path>> = {
  'reads': (from, to, bends) => sideways([
    { x: from.x + from.width, y: from.y + from.height / 2 }, ...bends, { x: to.x, y: to.y + to.height / 2 },
  ]),
  'makes': (from, to) => upright({ x: from.x + from.width / 2, y: from.y }, { x: to.x + to.width / 2, y: to.y + to.height }),
  'runs-on': (from, to) => upright({ x: from.x + from.width / 2, y: from.y + from.height }, { x: to.x + to.width / 2, y: to.y }),
};

/** Through the points, level at each. */
function sideways([first, ...rest]: readonly Point[]): string {
  if (!first) return '';
  let last = first;
  const curves = rest.map((point) => {
    const half = Math.max(24, Math.abs(point.x - last.x) / 2);
    const curve = `C${at(last.x + half, last.y)} ${at(point.x - half, point.y)} ${at(point.x, point.y)}`;
    last = point;
    return curve;
  });
  return `M${at(first.x, first.y)}${curves.join('')}`;
}

function upright(from: Point, to: Point): string {
  const half = (to.y - from.y) / 2;
  return `M${at(from.x, from.y)}C${at(from.x, from.y + half)} ${at(to.x, to.y - half)} ${at(to.x, to.y)}`;
}

function at(x: number, y: number): string {
  return `${round(x)},${round(y)}`;
}

/** Whole pixels keep lines sharp, and the picture the same wherever it is made. */
function round(value: number): number {
  return Math.round(value);
}
