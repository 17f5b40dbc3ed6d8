"""The training step in PyTorch, eager, on all cores: pytorch.py FOLDER."""

import json
import math
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F

with open(os.path.join(sys.argv[1], "task.json")) as file:
    given = json.load(file)
task = given["task"]
# Mapped, so that it does not count as memory of the process once it was read.
count = os.path.getsize(given["file"]) // 4
numbers = torch.from_file(given["file"], shared=False, size=count, dtype=torch.float32)

embd, heads, length = task["embd"], task["heads"], task["length"]
p = {}
for parameter in given["parameters"]:
    first = parameter["offset"] // 4
    count = math.prod(parameter["shape"])
    value = numbers[first : first + count].reshape(parameter["shape"]).clone()
    p[parameter["path"]] = value.requires_grad_(True)
del numbers

rows = torch.tensor(given["tokens"])
tokens, labels = rows[:, :-1], rows[:, 1:]
distance = torch.arange(length)[:, None] - torch.arange(length)[None, :]
seen = {0: distance >= 0, 1: (distance >= 0) & (distance < task["window"])}


def norm(x, path):
    return F.layer_norm(x, [embd], p[path + "/gain"], p[path + "/bias"], task["epsilon"])


def split(x):
    return x.view(*x.shape[:2], heads, embd // heads).transpose(1, 2)


def loss_of():
    x = F.embedding(tokens, p["wte"]) + p["wpe"]
    for i in range(task["layers"]):
        at = f"h/{i}"
        y = norm(x, at + "/ln_1")
        q, k, v = (split(F.linear(y, p[f"{at}/attn/{name}"])) for name in "qkv")
        scores = (q @ k.transpose(-1, -2)).masked_fill(~seen[i % 2], -1e9)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        x = x + F.linear(mixed, p[at + "/attn/out"], p[at + "/attn/bias"])
        y = norm(x, at + "/ln_2")
        y = F.gelu(F.linear(y, p[at + "/mlp/up"], p[at + "/mlp/upBias"]), approximate="tanh")
        x = x + F.linear(y, p[at + "/mlp/down"], p[at + "/mlp/downBias"])
    logits = F.linear(norm(x, "ln_f"), p["wte"])
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


groups = [
    {"params": [x for x in p.values() if x.dim() > 1], "weight_decay": task["decay"]},
    {"params": [x for x in p.values() if x.dim() == 1], "weight_decay": 0.0},
]
betas = (task["beta1"], task["beta2"])
optimizer = torch.optim.AdamW(groups, lr=task["rate"], betas=betas, eps=task["adamEpsilon"])


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(p.values()), task["clip"])
    optimizer.step()
    return loss.item()


for line in sys.stdin:
    since = time.perf_counter()
    losses = [step() for _ in range(json.loads(line)["steps"])]
    milliseconds = 1000 * (time.perf_counter() - since)
    by = f"PyTorch {torch.__version__}"
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    answer = {"milliseconds": milliseconds, "losses": losses, "by": by, "peakBytes": peak}
    print(json.dumps(answer), flush=True)
