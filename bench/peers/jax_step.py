"""The training step in JAX, compiled by jit, on all cores: jax_step.py FOLDER."""

import json
import math
import os
import sys
import time

import numpy as np

import jax
import jax.numpy as jnp

with open(os.path.join(sys.argv[1], "task.json")) as file:
    given = json.load(file)
task = given["task"]
numbers = np.fromfile(given["file"], dtype=np.float32)

embd, heads, length = task["embd"], task["heads"], task["length"]
params = {}
for parameter in given["parameters"]:
    first = parameter["offset"] // 4
    count = math.prod(parameter["shape"])
    params[parameter["path"]] = jnp.array(numbers[first : first + count].reshape(parameter["shape"]))

rows = jnp.array(given["tokens"], dtype=jnp.int32)
tokens, labels = rows[:, :-1], rows[:, 1:]
distance = jnp.arange(length)[:, None] - jnp.arange(length)[None, :]
seen = {0: distance >= 0, 1: (distance >= 0) & (distance < task["window"])}


def norm(p, x, path):
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    scaled = (x - mean) * jax.lax.rsqrt(variance + task["epsilon"])
    return scaled * p[path + "/gain"] + p[path + "/bias"]


def split(x):
    return x.reshape(*x.shape[:2], heads, embd // heads).transpose(0, 2, 1, 3)


def loss_of(p):
    x = p["wte"][tokens] + p["wpe"]
    for i in range(task["layers"]):
        at = f"h/{i}"
        y = norm(p, x, at + "/ln_1")
        q, k, v = (split(y @ p[f"{at}/attn/{name}"].T) for name in "qkv")
        scores = jnp.where(seen[i % 2], q @ k.swapaxes(-1, -2), -1e9)
        mixed = (jax.nn.softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + mixed @ p[at + "/attn/out"].T + p[at + "/attn/bias"]
        y = norm(p, x, at + "/ln_2")
        y = jax.nn.gelu(y @ p[at + "/mlp/up"].T + p[at + "/mlp/upBias"], approximate=True)
        x = x + y @ p[at + "/mlp/down"].T + p[at + "/mlp/downBias"]
    logits = norm(p, x, "ln_f") @ p["wte"].T
    said = jnp.take_along_axis(logits, labels[..., None], -1)[..., 0]
    return (jax.nn.logsumexp(logits, axis=-1) - said).mean()


def step(p, mean, variance, count):
    loss, gradients = jax.value_and_grad(loss_of)(p)
    total = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in gradients.values()))
    scale = jnp.minimum(1.0, task["clip"] / (total + 1e-6))
    b1, b2 = task["beta1"], task["beta2"]
    new = ({}, {}, {})
    for path, x in p.items():
        g = gradients[path] * scale
        m = b1 * mean[path] + (1 - b1) * g
        v = b2 * variance[path] + (1 - b2) * jnp.square(g)
        change = m / (1 - b1**count) / (jnp.sqrt(v / (1 - b2**count)) + task["adamEpsilon"])
        decay = task["decay"] if x.ndim > 1 else 0.0
        for part, value in zip(new, (x - task["rate"] * (change + decay * x), m, v)):
            part[path] = value
    return *new, loss


compiled = jax.jit(step, donate_argnums=(0, 1, 2))
mean = {path: jnp.zeros_like(x) for path, x in params.items()}
variance = {path: jnp.zeros_like(x) for path, x in params.items()}
count = 0.0
by = f"JAX {jax.__version__}"
for line in sys.stdin:
    since = time.perf_counter()
    losses = []
    for _ in range(json.loads(line)["steps"]):
        count += 1.0
        params, mean, variance, loss = compiled(params, mean, variance, count)
        losses.append(float(jax.block_until_ready(loss)))
    jax.block_until_ready(params)
    milliseconds = 1000 * (time.perf_counter() - since)
    print(json.dumps({"milliseconds": milliseconds, "losses": losses, "by": by}), flush=True)
