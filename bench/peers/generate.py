"""Generating by Hugging Face's transformers on PyTorch: generate.py FOLDER THREADS."""

import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

since = time.perf_counter()
model = transformers.AutoModelForCausalLM.from_pretrained(folder).float().eval()
loading = time.perf_counter() - since
# No id is an end, and none pads.
model.generation_config.eos_token_id = None
model.generation_config.pad_token_id = 0


class Arrivals(transformers.generation.streamers.BaseStreamer):
    """When each id of all texts is there; the prompts come first."""

    def __init__(self):
        self.times = []

    def put(self, ids):
        self.times.append(time.perf_counter())

    def end(self):
        pass


for line in sys.stdin:
    asked = json.loads(line)
    prompts = torch.tensor(asked["prompts"])
    arrivals = Arrivals()
    since = time.perf_counter()
    found = model.generate(
        prompts,
        attention_mask=torch.ones_like(prompts),
        max_new_tokens=asked["tokens"],
        do_sample=False,
        use_cache=True,
        streamer=arrivals,
    )
    ids = found[:, prompts.shape[1] :].tolist()
    end = time.perf_counter()
    first = arrivals.times[1]
    print(
        json.dumps(
            {
                "loading": loading,
                "first": first - since,
                "rest": end - first,
                "ids": ids,
                "by": f"transformers {transformers.__version__}, PyTorch {torch.__version__}",
            }
        ),
        flush=True,
    )
