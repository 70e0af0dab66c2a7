/**
 * Models whose weights are larger than the staging volume is by default, by their name on Hugging Face.
 *
 * Weights in one format, in GB, from the model pages (2026-11); repositories that have several formats, or `original/`, have as much
 * again of each.
 */
export const WEIGHTS_GB: Readonly<Record<string, number>> = {
  'tiiuae/falcon-40b': 84,
  'tiiuae/falcon-40b-instruct': 84,
  'meta-llama/Llama-2-70b-hf': 138,
  'meta-llama/Llama-2-70b-chat-hf': 138,
  'meta-llama/Llama-3.1-70B': 141,
  'meta-llama/Llama-3.1-70B-Instruct': 141,
  'meta-llama/Llama-3.3-70B-Instruct': 141,
};
