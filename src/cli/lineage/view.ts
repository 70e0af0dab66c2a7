/** A lineage as a tree of text. Pure. */
import { describe } from '../../expand';
import { wrapped } from '../../state/columns';
import type { Canvas } from '../status/view';
import type { LineageNode } from './lineage';

const LABEL = 10;

/** What was shown above is not repeated. */
export function lineageText(root: LineageNode, canvas: Canvas): string {
  return linesOf(root, { canvas, indent: '', shown: new Set() }).join('\n');
}

interface Place {
  readonly canvas: Canvas;
  /** Before each line but the first. */
  readonly indent: string;
  readonly shown: Set<string>;
}

function linesOf(node: LineageNode, { canvas, indent, shown }: Place): string[] {
  const { colours } = canvas;
  const title = describe(node);
  const head = `${node.field === undefined ? '' : `${node.field}: `}${colours.bold(title)}  ${node.state === 'missing' ? colours.yellow('missing') : colours.dim(node.state)}`;
  if (shown.has(title)) return [`${head} ${colours.dim('(as above)')}`];
  shown.add(title);
  const { inputs } = node;
  const bar = inputs.length > 0 ? '│ ' : '  ';
  const room = canvas.width - indent.length - bar.length - LABEL;
  const facts = factsOf(node).flatMap(([label, text]) => broken(text, room)
    .map((line, index) => `${indent}${colours.dim(bar)}${colours.dim((index === 0 ? label : '').padEnd(LABEL))}${line}`));
  const children = inputs.flatMap((input, index) => {
    const isLast = index === inputs.length - 1;
    const [first = '', ...rest] = linesOf(input, { canvas, indent: `${indent}${isLast ? '   ' : '│  '}`, shown });
    return [`${indent}${colours.dim(isLast ? '└─ ' : '├─ ')}${first}`, ...rest];
  });
  return [head, ...facts, ...children];
}

/** Digests and URLs are longer than a line may be, and are copied from here: only where it must be are they broken. */
function broken(text: string, width: number): string[] {
  return wrapped(text, width).flatMap((line) => {
    const parts = [];
    for (let rest = line; rest !== ''; rest = rest.slice(Math.max(width, 20))) parts.push(rest.slice(0, Math.max(width, 20)));
    return parts;
  });
}

function factsOf(node: LineageNode): [string, string][] {
  const { runtime, image, imageDigest, build, command = [], args = [], params = {}, source, recipeDigest, contentDigest, url } = node;
  const all: [string, string | undefined][] = [
    ['runtime', runtime],
    ['image', image],
    ['pulled as', imageDigest],
    ['build', build && buildWords(build)],
    ['program', node.program],
    ['command', [...command, ...args].join(' ') || undefined],
    ['params', Object.entries(params).map(([name, value]) => `${name}=${value}`).join(' ') || undefined],
    ['source', source],
    ['recipe', recipeDigest],
    ['content', contentDigest && [contentDigest, sizeWords(node)].filter(Boolean).join(', ')],
    ['url', url],
    ['published', node.completedAt],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function buildWords({ git, archive, upload }: NonNullable<LineageNode['build']>): string {
  if (git) return [git.url, git.path, git.tag ?? git.branch].filter((part) => part !== undefined).join(' ');
  if (archive) return `folder ${archive.digest}`;
  return upload ? `upload ${upload.md5Checksum}` : '';
}

function sizeWords({ bytes, files }: LineageNode): string {
  return [files === undefined ? '' : `${files} ${files === 1 ? 'file' : 'files'}`, bytes === undefined ? '' : sizeOf(bytes)].filter(Boolean).join(', ');
}

function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 2 ** (10 * unit);
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}
