/** How a dataset is brought into the shape that trainers read. */
import type { ParamTable, Settings } from '../param';

export const SHAPES = ['messages', 'prompt-completion', 'text', 'preference'] as const;

export const SHAPE: ParamTable = {
  format: { type: 'text', values: ['', ...SHAPES], description: 'What a row holds for the trainer. Default: the files as they are.' },
  subset: { type: 'text', description: 'Folder or configuration of the repository that holds the rows. Default: all of it.' },
  split: { type: 'text', default: 'train', description: 'Split to train on.' },
  evalSplit: { type: 'text', description: 'Split to evaluate on.' },
  columns: { type: 'list', description: 'Where the fields come from, such as prompt=question,completion=answer.' },
  template: { type: 'text', description: 'alpaca, sharegpt, or a text with {column} in it, which becomes the prompt or the text.' },
  evalFraction: { type: 'number', default: 0, minimum: 0, maximum: 0.5, description: 'Fraction of the rows to evaluate on.' },
  limit: { type: 'integer', default: 0, minimum: 0, description: 'Most rows to keep; 0 is all.' },
  seed: { type: 'integer', default: 0, minimum: 0, description: 'Decides which rows are kept and evaluated on.' },
};

/** What a row of each format holds. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'messages': ['messages', 'tools'],
  'prompt-completion': ['prompt', 'completion'],
  'text': ['text'],
  'preference': ['prompt', 'chosen', 'rejected'],
};

/** What the rows that a known template reads hold. */
const TEMPLATE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  alpaca: ['instruction', 'input', 'output'],
  sharegpt: ['conversations', 'system', 'tools'],
};

export function shapeProblem(settings: Settings): string | undefined {
  const { format, columns, template, evalSplit, evalFraction } = settings;
  if (format === '' && (columns !== '' || template !== '')) {
    return `param ${columns !== '' ? 'columns' : 'template'} is set but format is not; set format to one of ${SHAPES.join(', ')}`;
  }
  if (evalSplit !== '' && evalFraction !== 0) return 'params evalSplit and evalFraction are both set; leave one of them out';
  return templateProblem(String(template)) ?? columnsProblem(settings);
}

function templateProblem(template: string): string | undefined {
  if (template === '' || Object.hasOwn(TEMPLATE_FIELDS, template) || template.includes('{')) return undefined;
  return `param template is ${JSON.stringify(template)}; give alpaca, sharegpt, or a text with {column} in it`;
}

function columnsProblem({ format, columns, template }: Settings): string | undefined {
  const pairs = String(columns).split(',').map((pair) => pair.trim()).filter((pair) => pair !== '');
  const wrong = pairs.find((pair) => !/^\w+=.+$/.test(pair));
  if (wrong !== undefined) return `param columns has ${JSON.stringify(wrong)}; write field=column, for example prompt=question`;
  const known = [...FIELDS[String(format)] ?? [], ...TEMPLATE_FIELDS[String(template)] ?? []];
  const isOwn = template !== '' && !Object.hasOwn(TEMPLATE_FIELDS, String(template));
  const unknown = isOwn ? undefined : pairs.map((pair) => pair.split('=')[0] ?? '').find((field) => !known.includes(field));
  return unknown === undefined ? undefined : `param columns has a field ${unknown}, which format ${String(format)} does not have; use ${known.join(', ')}`;
}
