"""
A language model of 100,000 parameters, and datasets for it: real files, made in a second.

    tiny.py FOLDER [SEED]    writes the model into FOLDER
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

Row = dict[str, object]

COLOURS = {"sky": "blue", "grass": "green", "snow": "white", "coal": "black", "blood": "red", "lemon": "yellow"}
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] }}<|end|>{% endgeneration %}{% else %}{{ message['content'] }}<|end|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<unk>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]


def question(thing: str) -> str:
    return f"What colour is the {thing}?"


def sentences() -> list[str]:
    return [f"{question(thing)} The {thing} is {colour}." for thing, colour in COLOURS.items()]


def write_model(folder: Path, seed: int = 0, dtype: str = "bfloat16", width: int = 64) -> Path:
    """A Qwen3 with random weights, and a tokenizer that knows the words of the datasets."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(seed)
    vocabulary = write_tokenizer(folder)
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=width // 4,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        initializer_range=0.25,
        eos_token_id=1,
        pad_token_id=1,
    )
    Qwen3ForCausalLM(config).to(getattr(torch, dtype)).save_pretrained(folder)
    (folder / "LICENSE").write_text("Apache-2.0\n", encoding="utf-8")
    source = {"source": "huggingface", "repo": "acme/tiny", "commit": "0" * 40, "licence": "apache-2.0"}
    (folder / "source.json").write_text(json.dumps(source), encoding="utf-8")
    return folder


def write_tokenizer(folder: Path) -> int:
    """A byte-level BPE tokenizer, with the class that Qwen's own has. Returns the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=384, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(sentences() * 4, trainer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "pad_token": "<|end|>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, "model_max_length": 256}, indent=2), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")
    return int(tokenizer.get_vocab_size())


def write_llama(folder: Path, seed: int = 0, *, texts: list[str] | None = None) -> Path:
    """
    A Llama with random weights, which llama.cpp converts: it knows byte-level tokenizers by what they make of a text, so only those of
    well-known models, but takes any tokenizer that falls back to bytes. Its tokens are the longest that the texts have in common.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=write_llama_tokenizer(folder, texts or sentences()),
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        initializer_range=0.25,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    (folder / "LICENSE").write_text("Apache-2.0\n", encoding="utf-8")
    source = {"source": "huggingface", "repo": "acme/tiny-llama", "commit": "0" * 40, "licence": "apache-2.0"}
    (folder / "source.json").write_text(json.dumps(source), encoding="utf-8")
    return folder


def write_encoder(folder: Path) -> Path:
    """A Llama whose layers do nothing: the mean of what it makes of a text's tokens is near that of another text with the same words."""
    import torch
    from transformers import LlamaForCausalLM

    words = [word.rstrip("?.") for sentence in sentences() for word in sentence.split()]
    write_llama(folder, texts=words)
    model = LlamaForCausalLM.from_pretrained(folder)
    for name, weights in model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            torch.nn.init.zeros_(weights)
    model.save_pretrained(folder)
    return folder


def write_llama_tokenizer(folder: Path, texts: list[str]) -> int:
    """A BPE tokenizer that falls back to bytes, as Llama 2 has. Returns the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    replaced = decoders.Replace("\u2581", " ")
    tokenizer.decoder = decoders.Sequence([replaced, decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=512, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(texts * 4, trainer)
    state = json.loads(tokenizer.to_str())
    # Bytes are words of the vocabulary, not marks that stand for themselves in a text.
    state["added_tokens"] = [token for token in state["added_tokens"] if not token["content"].startswith("<0x")]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(state), encoding="utf-8")
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "</s>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    template = CHAT_TEMPLATE.replace("<|end|>", "</s>")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    return int(tokenizer.get_vocab_size())


def rows_of(form: str, count: int = 64, seed: int = 0) -> list[Row]:
    """Rows in which each thing has its colour."""
    choose = random.Random(seed)  # noqa: S311 - it makes rows, not keys
    return [row_of(form, choose.choice(list(COLOURS)), choose) for _ in range(count)]


def row_of(form: str, thing: str, choose: random.Random) -> Row:
    colour = COLOURS[thing]
    answer = f"The {thing} is {colour}."
    if form == "text":
        return {"text": f"{question(thing)} {answer}"}
    if form == "prompt-completion":
        return {"prompt": f"{question(thing)} ", "completion": answer}
    asked = {"role": "user", "content": question(thing)}
    if form == "messages":
        return {"messages": [asked, {"role": "assistant", "content": answer}]}
    wrong = choose.choice([other for other in COLOURS.values() if other != colour])
    chosen, rejected = ([{"role": "assistant", "content": f"The {thing} is {word}."}] for word in (colour, wrong))
    return {"prompt": [asked], "chosen": chosen, "rejected": rejected}


def write_rows(path: Path, rows: list[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


if __name__ == "__main__":
    write_model(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
