import type { StoredDType } from "mtf/checkpoint";
import { storedBits, volumeOf } from "mtf/files";
import { isKind, type Meaning, type Pickled } from "./pickle.ts";

/** Numbers in an archive, which tensors are views of. */
export interface Storage {
  /** The name of its entry, under `data/`. */
  readonly key: string;
  readonly dtype: StoredDType;
  /** Its elements. */
  readonly size: number;
}

/** A tensor as torch describes it: a view of a storage. */
export interface View {
  readonly storage: Storage;
  /** The first element, counted in the storage. */
  readonly begin: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Why a description of a tensor is refused. */
export class TensorError extends Error {}

const storageTypes: Readonly<Record<string, StoredDType>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};

const functions: Readonly<Record<string, (args: readonly Pickled[]) => Pickled>> = {
  "collections.OrderedDict": ([items]) => orderedDict(items),
  "torch._utils._rebuild_tensor_v2": (args) => ({ kind: "made", value: viewOf(args) }),
  "torch._utils._rebuild_parameter": ([tensor]) => tensor ?? null,
};

/** The names that torch.save writes for dicts of tensors, and what they mean. */
export const torchMeaning: Meaning = {
  known: (name) => Object.hasOwn(storageTypes, name) || Object.hasOwn(functions, name),
  persistent: (id) => ({ kind: "made", value: storageOf(id) }),
  call(name, args) {
    const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!run) throw new TensorError(`${name} is called, but is a type of storage`);
    return run(args);
  },
};

/** The keys that training programs save a model's dict of tensors under, beside other things. */
const wrappers: readonly string[] = ["state_dict", "model", "module", "model_state_dict"];

/**
 * The tensors of an unpickled dict, by name; of a training checkpoint, those of its model, which may
 * be wrapped more than once.
 *
 * @param depth how often it may be wrapped
 * @throws TensorError if there is no dict of tensors
 */
export function tensorsOf(root: Pickled, depth = 3): ReadonlyMap<string, View> {
  const direct = viewsIn(root);
  // A pickle may hold a dict that holds itself.
  if (!isKind(root, "dict") || depth === 0) return direct;
  for (const wrapper of wrappers) {
    for (const [key, value] of root.entries) {
      // What lies beside it may be a tensor, too: the best accuracy so far, say.
      if (key === wrapper && isKind(value, "dict")) return tensorsOf(value, depth - 1);
    }
  }
  if (direct.size > 0) return direct;
  throw new TensorError("it holds no tensors");
}

function viewsIn(dict: Pickled): ReadonlyMap<string, View> {
  if (!isKind(dict, "dict")) throw new TensorError("it holds no dict of tensors");
  const found = new Map<string, View>();
  for (const [key, value] of dict.entries) {
    if (typeof key !== "string" || !isKind(value, "made") || !isView(value.value)) continue;
    if (found.has(key)) throw new TensorError(`it holds tensor ${JSON.stringify(key)} twice`);
    found.set(key, value.value);
  }
  return found;
}

function isView(value: unknown): value is View {
  return value !== null && typeof value === "object" && "storage" in value;
}

function orderedDict(items: Pickled | undefined): Pickled {
  const entries: [Pickled, Pickled][] = [];
  if (isKind(items, "list")) {
    for (const item of items.items) {
      const pair = isKind(item, "list") || isKind(item, "tuple") ? item.items : [];
      if (pair.length !== 2) throw new TensorError("an OrderedDict is made of no pairs");
      entries.push([pair[0]!, pair[1]!]);
    }
  }
  return { kind: "dict", entries };
}

/** `("storage", type, key, location, size)` */
function storageOf(id: Pickled): Storage {
  if (!isKind(id, "tuple")) throw new TensorError("a storage has no description");
  const [tag, type, key, , size] = id.items;
  if (tag !== "storage" || !isKind(type, "global") || typeof key !== "string") {
    throw new TensorError("a storage has no type or no name");
  }
  const dtype = Object.hasOwn(storageTypes, type.name) ? storageTypes[type.name] : undefined;
  if (!dtype) throw new TensorError(`${type.name} is no type of storage`);
  return { key, dtype, size: natural("a storage's size", size) };
}

/** `(storage, begin, shape, strides, …)` */
function viewOf([made, begin, shape, strides]: readonly Pickled[]): View {
  const storage = isKind(made, "made") ? (made.value as Storage | View) : undefined;
  if (!storage || !("key" in storage)) throw new TensorError("a tensor has no storage");
  const view: View = {
    storage,
    begin: natural("a tensor's offset", begin),
    shape: naturals("a tensor's shape", shape),
    strides: naturals("a tensor's strides", strides),
  };
  checkView(view);
  return view;
}

/** Before anything is read or allocated: the view is inside its storage, and not larger. */
function checkView({ storage, begin, shape, strides }: View): void {
  const told = `a tensor [${shape.join(", ")}] with strides [${strides.join(", ")}]`;
  if (shape.length !== strides.length) throw new TensorError(`${told} has two ranks`);
  if (shape.includes(0)) return;
  const volume = volumeOf(shape);
  if (volume > storage.size) {
    throw new TensorError(`${told} has more elements than its storage of ${storage.size}`);
  }
  const last = shape.reduce((sum, size, dim) => sum + (size - 1) * strides[dim]!, begin);
  if (last >= storage.size) {
    throw new TensorError(`${told} from ${begin} ends beyond its storage of ${storage.size}`);
  }
}

function natural(what: string, value: Pickled | undefined): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    const printed = typeof value === "number" || typeof value === "bigint" ? value : typeof value;
    throw new TensorError(`${what} is ${printed}`);
  }
  return value;
}

function naturals(what: string, value: Pickled | undefined): readonly number[] {
  if (!isKind(value, "tuple") && !isKind(value, "list")) throw new TensorError(`${what} is none`);
  if (value.items.length > 64) throw new TensorError(`${what} has ${value.items.length} numbers`);
  return value.items.map((item) => natural(what, item));
}

/** The bytes of a whole storage. */
export function bytesOf({ dtype, size }: Storage): number {
  return (size * storedBits[dtype]) / 8;
}
