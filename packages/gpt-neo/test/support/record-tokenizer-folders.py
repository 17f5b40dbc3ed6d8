"""Writes test/fixtures/tokenizer-folders: small folders, and the ids that transformers gives with them.

    pip install transformers==5.24.0 tokenizers==0.23.3
    python record-tokenizer-folders.py GPT2

GPT2 is a folder with GPT-2's vocab.json and merges.txt, which every folder named gpt2-* is recorded
with; these two files are not kept.
"""

import copy
import json
import shutil
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer

fixtures = Path(__file__).parent.parent / "fixtures"
out = fixtures / "tokenizer-folders"
end = "<|endoftext|>"


def trained(special):
    """A byte-level BPE of 300 tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = json.loads((fixtures / "tokenizer-json/training-texts.json").read_text())
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())


own = trained([end])
ends = trained(["<s>", "</s>"])
plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False)
model = {"config.json": {"model_type": "gpt_neo", "architectures": ["GPTNeoForCausalLM"]}}
fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
gpt2 = {"tokenizer_class": "GPT2Tokenizer"}


def alone(whole):
    """vocab.json and merges.txt."""
    pairs = [pair if isinstance(pair, str) else " ".join(pair) for pair in whole["model"]["merges"]]
    return {
        "vocab.json": whole["model"]["vocab"],
        "merges.txt": "\n".join(["#version: 0.2", *pairs, ""]),
    }


def changed(whole, **changes):
    result = copy.deepcopy(whole)
    added = changes.pop("added", [])
    result.update(changes)
    result["added_tokens"] = result["added_tokens"] + added
    return {"tokenizer.json": result}


def template(*single, ids):
    piece = lambda name: {("Sequence" if name in "AB" else "SpecialToken"): {"id": name, "type_id": 0}}
    tokens = {name: {"id": name, "ids": which, "tokens": [name] * len(which)} for name, which in ids.items()}
    return {
        "type": "TemplateProcessing",
        "single": [piece(name) for name in single],
        "pair": [piece(name) for name in (*single, "B")],
        "special_tokens": tokens,
    }


byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
added_json = {"added_tokens.json": {"<pad>": 301, "<new>": 300, "two words": 302}}
specials = {"special_tokens_map.json": {
    "pad_token": "<pad>",
    "mask_token": {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False},
    "additional_special_tokens": ["<sp>"],
}}
new = {"id": 900, "content": "<new>", **plain, "special": False}
pad = {"id": 800, "content": "<pad>", **plain, "special": True}

folders = {
    "vocab-alone": {**model, **alone(own)},
    "vocab-added": {**model, **alone(own), **added_json},
    "vocab-special": {**model, **alone(own), **specials},
    "vocab-added-special": {**model, **alone(own), **added_json, **specials},
    "vocab-ends": {
        **model,
        **alone(ends),
        "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "</s>"},
        "tokenizer_config.json": {**gpt2, "add_bos_token": True, "add_eos_token": True},
    },
    "vocab-prefix-space": {**model, **alone(own), "tokenizer_config.json": {"add_prefix_space": True}},
    "json-added": {**model, **changed(own, added=[new, pad])},
    "json-added-fast": {**model, **changed(own, added=[new, pad]), "tokenizer_config.json": fast},
    "json-beside-vocab": {
        **model, **changed(own, added=[pad]), "vocab.json": {"a": 0, "b": 1, "ab": 2}, "merges.txt": "a b\n",
    },
    "json-special": {
        **model, **changed(own), **specials, "tokenizer_config.json": {**fast, "eos_token": end},
    },
    "json-decoder": {
        **model,
        **changed(own, added=[new]),
        **specials,
        "tokenizer_config.json": {
            **gpt2,
            "added_tokens_decoder": {
                "0": {"content": end, **plain, "special": True},
                "300": {"content": "<new>", **plain, "lstrip": True, "special": False},
            },
            "pad_token": "<pad>",
            "image_token": "<img>",
            "extra_special_tokens": ["<sp>"],
        },
    },
    "json-template": {
        **model,
        **changed(ends, post_processor=template("<s>", "A", ids={"<s>": [0]})),
        "tokenizer_config.json": {**fast, "bos_token": "<s>", "eos_token": "</s>"},
    },
    "json-template-both": {
        **model,
        **changed(ends, post_processor=template("<s>", "A", "</s>", ids={"<s>": [0], "</s>": [1]})),
        "tokenizer_config.json": {**fast, "bos_token": "<s>", "eos_token": "</s>"},
    },
    "json-template-gpt2": {**model, **changed(own, post_processor=template(end, "A", ids={end: [0]}))},
    "json-processors": {
        **changed(own, post_processor={
            "type": "Sequence",
            "processors": [byte_level, template(end, "A", "ab", ids={end: [0], "ab": [65, 66]})],
        }),
    },
    "json-byte-level": {**changed(own, post_processor=byte_level)},
    "json-roberta": {
        **changed(ends, post_processor={
            "type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 1],
            "trim_offsets": True, "add_prefix_space": True,
        }),
    },
    "json-prefix-space": {
        **model, **changed(own, pre_tokenizer={**own["pre_tokenizer"], "add_prefix_space": True}),
    },
    "json-prefix-space-fast": {
        **model,
        **changed(own, pre_tokenizer={**own["pre_tokenizer"], "add_prefix_space": True}),
        "tokenizer_config.json": fast,
    },
    "gpt2-plain": {**model},
    "gpt2-published": {
        **model,
        "special_tokens_map.json": {
            role: {"content": end, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
            for role in ("bos_token", "eos_token", "unk_token")
        },
        "tokenizer_config.json": {**gpt2, "errors": "replace", "add_prefix_space": False},
    },
    "gpt2-added": {**model, "added_tokens.json": {"<new>": 50257, "two words": 50258}},
    "gpt2-pad": {**model, "special_tokens_map.json": {"pad_token": "<pad>", "eos_token": end}},
    "gpt2-bos": {**model, "tokenizer_config.json": {**gpt2, "add_bos_token": True}},
}

texts = [
    "",
    "Hello there, the text of it: 12 naïve 🙂",
    f"a <new> b<pad>c {end} d <mask> e",
    "the two words of\n\n it <sp>; <s>x</s> <img>",
    " begins with a space and ﬁ",
]

shutil.rmtree(out, ignore_errors=True)
for name, files in folders.items():
    folder = out / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False) + "\n"
        (folder / file).write_text(text)
    if name.startswith("gpt2-"):
        for file in ("vocab.json", "merges.txt"):
            shutil.copy(Path(sys.argv[1]) / file, folder / file)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    expected = {
        "class": type(tokenizer).__name__,
        "roles": tokenizer.special_tokens_map,
        "added": tokenizer.get_added_vocab(),
        "cases": [{"text": text, "ids": tokenizer(text).input_ids} for text in texts],
    }
    if name.startswith("gpt2-"):
        for file in ("vocab.json", "merges.txt"):
            (folder / file).unlink()
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")
