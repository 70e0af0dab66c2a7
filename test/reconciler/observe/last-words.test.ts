import { lastWords } from '../../../src/reconciler/observe/last-words';

const TRACE = `Loading weights: 100%|██████████| 12/12 [00:01<00:00,  8.1it/s]
Traceback (most recent call last):
  File "/content/train.py", line 12, in <module>
    main()
  File "/usr/lib/python3/site-packages/torch/nn/modules/module.py", line 1553, in _call_impl
    return forward_call(*args, **kwargs)
torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
`;

test('R7: of a Python trace the exception counts, not the end of the frames', () => {
  expect(lastWords(TRACE)).toBe('torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB');
  const long = `${TRACE.replace('Tried', 'x'.repeat(2000))}wandb: run ended`;
  expect(lastWords(long)).toMatch(/^torch\.cuda\.OutOfMemoryError: CUDA out of memory\. x{400,}…$/);
});

test('R7: of several exceptions the last one counts, with what it says in more lines', () => {
  const text = "KeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\n  File \"x.py\", line 1\nOSError: You are trying to access a gated repo.\nMake sure to have access to it";
  expect(lastWords(text)).toBe('OSError: You are trying to access a gated repo.\nMake sure to have access to it');
});

test('R7: progress bars are left out, and of a line that is written over and over its last state is told', () => {
  const bars = Array.from({ length: 100 }, (_, step) => ` ${step}%|█▏   | ${step}/100 [00:10<01:13,  3.35s/it]`).join('\r');
  expect(lastWords(`starting\n${bars}\nno space left on device`)).toBe('starting\nno space left on device');
  expect(lastWords('copying 1\rcopying 2\rcopying 3\r\ndone')).toBe('copying 3\ndone');
});

test('of any other output the end is told', () => {
  expect(lastWords(`${'a'.repeat(1000)}the end\n`)).toMatch(/^…a{505}the end$/);
  expect(lastWords('no such token\n')).toBe('no such token');
});

test('a word that ends in Error within a line is not the cause', () => {
  expect(lastWords('a RuntimeError: was caught\nbye')).toBe('a RuntimeError: was caught\nbye');
});
