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

export function shapeProblem({ format, columns, template, evalSplit, evalFraction }: Settings): string | undefined {
  if (format === '' && (columns !== '' || template !== '')) {
    return `param ${columns !== '' ? 'columns' : 'template'} is set but format is not; set format to one of ${SHAPES.join(', ')}`;
  }
  if (evalSplit !== '' && evalFraction !== 0) return 'params evalSplit and evalFraction are both set; leave one of them out';
  const wrong = String(columns).split(',').find((pair) => pair !== '' && !/^\w+=.+$/.test(pair.trim()));
  return wrong === undefined ? undefined : `param columns has ${JSON.stringify(wrong)}; write field=column, for example prompt=question`;
}
