"""Writes a model's folder as transformers.js wants it: export_onnx.py FOLDER OUT.

Wants optimum-onnx, which holds transformers at an older version: so in a Python environment of its own.
"""

import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

from optimum.exporters.onnx import main_export

folder, out = sys.argv[1:]
# With past keys and values: each pass of the model takes what is new.
main_export(folder, out, task="text-generation-with-past", no_post_process=False, do_validation=False)
os.makedirs(os.path.join(out, "onnx"), exist_ok=True)
for name in os.listdir(out):
    if name.startswith("model.onnx"):
        shutil.move(os.path.join(out, name), os.path.join(out, "onnx", name))
