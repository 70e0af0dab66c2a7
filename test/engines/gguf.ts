/** A model that is as small as llama.cpp takes it, with random weights: it answers in letters. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
import * as fs from 'node:fs';

const WIDTH = 64;
const HIDDEN = 128;
const HEADS = 4;
const ALIGNMENT = 32;

/** Types of values, and the type of all tensors. */
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const ARRAY = 9;
const TENSOR_FLOAT32 = 0;

interface Token {
  readonly text: string;
  /** 1 is text, 2 unknown, 3 control, 6 a byte. */
  readonly type: number;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

const TOKENS: readonly Token[] = [
  { text: '<unk>', type: 2 }, { text: '<s>', type: 3 }, { text: '</s>', type: 3 },
  ...Array.from({ length: 256 }, (_, byte) => ({ text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, type: 6 })),
  { text: '▁', type: 1 },
  ...LETTERS.map((text) => ({ text, type: 1 })),
];

interface Tensor {
  readonly name: string;
  /** The width of a row first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export function writeTinyModel(file: string): void {
  const tensors = tensorsOf(randomValues());
  const settings = [...Object.entries(SETTINGS), ...Object.entries(TOKENIZER)];
  const head = Buffer.concat([
    Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(settings.length),
    ...settings.flatMap(([key, value]) => [string(key), value]), ...infosOf(tensors),
  ]);
  fs.writeFileSync(file, Buffer.concat([padded(head), ...tensors.map(({ values }) => padded(Buffer.from(values.buffer)))]));
}

const SETTINGS: Readonly<Record<string, Buffer>> = {
  'general.architecture': typed(STRING, string('llama')),
  'llama.context_length': typed(UINT32, uint32(8192)),
  'llama.embedding_length': typed(UINT32, uint32(WIDTH)),
  'llama.block_count': typed(UINT32, uint32(1)),
  'llama.feed_forward_length': typed(UINT32, uint32(HIDDEN)),
  'llama.attention.head_count': typed(UINT32, uint32(HEADS)),
  'llama.attention.head_count_kv': typed(UINT32, uint32(HEADS)),
  'llama.attention.layer_norm_rms_epsilon': typed(FLOAT32, float32(1e-5)),
  'llama.rope.dimension_count': typed(UINT32, uint32(WIDTH / HEADS)),
};

const TOKENIZER: Readonly<Record<string, Buffer>> = {
  'tokenizer.ggml.model': typed(STRING, string('llama')),
  'tokenizer.ggml.tokens': array(STRING, TOKENS.map(({ text }) => string(text))),
  'tokenizer.ggml.scores': array(FLOAT32, TOKENS.map(() => float32(0))),
  'tokenizer.ggml.token_type': array(INT32, TOKENS.map(({ type }) => uint32(type))),
  'tokenizer.ggml.bos_token_id': typed(UINT32, uint32(1)),
  'tokenizer.ggml.eos_token_id': typed(UINT32, uint32(2)),
};

function tensorsOf(random: (count: number) => Float32Array): Tensor[] {
  const matrix = (name: string, ...shape: number[]) => ({ name, shape, values: random(shape.reduce((product, size) => product * size)) });
  const ones = (name: string) => ({ name, shape: [WIDTH], values: new Float32Array(WIDTH).fill(1) });
  const output = matrix('output.weight', WIDTH, TOKENS.length);
  output.values.fill(0, 0, (TOKENS.length - LETTERS.length) * WIDTH); // what is no letter is never the likeliest
  return [
    matrix('token_embd.weight', WIDTH, TOKENS.length), ones('output_norm.weight'), output,
    ones('blk.0.attn_norm.weight'), ...['q', 'k', 'v', 'output'].map((part) => matrix(`blk.0.attn_${part}.weight`, WIDTH, WIDTH)),
    ones('blk.0.ffn_norm.weight'), matrix('blk.0.ffn_gate.weight', WIDTH, HIDDEN), matrix('blk.0.ffn_up.weight', WIDTH, HIDDEN),
    matrix('blk.0.ffn_down.weight', HIDDEN, WIDTH),
  ];
}

/** The same each time. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomValues(): (count: number) => Float32Array {
  let state = 1;
  return (count) => Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

function infosOf(tensors: readonly Tensor[]): Buffer[] {
  let offset = 0;
  return tensors.map(({ name, shape, values }) => {
    const info = Buffer.concat([string(name), uint32(shape.length), ...shape.map(uint64), uint32(TENSOR_FLOAT32), uint64(offset)]);
    offset += Math.ceil(values.byteLength / ALIGNMENT) * ALIGNMENT;
    return info;
  });
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - bytes.length % ALIGNMENT) % ALIGNMENT)]);
}

function typed(type: number, value: Buffer): Buffer {
  return Buffer.concat([uint32(type), value]);
}

function array(type: number, values: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(ARRAY), uint32(type), uint64(values.length), ...values]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
