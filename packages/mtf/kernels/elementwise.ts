/**
 * Functions of elements, four at a time. The operands of a chunk are laid out next to each other
 * first, where they are not already, so that each function needs one loop only.
 *
 * Description: [op, elements, arguments, result is bytes, then the word at which each of three
 * arguments begins]. An argument: [how it is laid out, whether it is bytes, its value if constant,
 * rank, and (size, stride) of each dim].
 */
import {
  Identity, Neg, Abs, Sign, Square, Sqrt, Rsqrt, Reciprocal, Exp, Log, Tanh, Sigmoid, Relu,
  Gelu, Softplus, Erf, Floor, Ceil, Round, Not, IsFinite, FloatOfInt, IntOfFloat, BoolOfFloat, BoolOfInt, IntNeg, IntAbs, IntSign,
  IntSquare, IntRelu, Add, Sub, Mul, Div, Maximum, Minimum, Less, LessEqual, Greater,
  GreaterEqual, Equal, NotEqual, And, Or, GeluGrad, IntAdd, IntSub, IntMul, IntMaximum,
  IntMinimum, IntLess, IntLessEqual, IntGreater, IntGreaterEqual, IntEqual, IntNotEqual, Where,
  Clip, IntClip, Add3,
} from "./_functions";

export { keepConstants } from "./_constants";

/** Elements whose operands and result stay in the first-level cache together. */
const CHUNK: i32 = 1024;

const DIRECT: i32 = 0;
const CONSTANT: i32 = 1;
const ROWS: i32 = 2;
const SINGLE: i32 = 3;

@inline
function argumentAt(description: usize, k: i32): usize {
  return description + (<usize>load<i32>(description + 16 + (<usize>k << 2)) << 2);
}

@inline
function dimAt(argument: usize, d: i32): usize {
  return argument + 16 + (<usize>d << 3);
}

/** The element of an operand that stands at position `i` of the result. */
function offset(argument: usize, i: i32): i32 {
  let sum: i32 = 0;
  for (let d = load<i32>(argument, 12) - 1; d >= 0; d--) {
    const dim = dimAt(argument, d);
    const size = load<i32>(dim);
    sum += (i % size) * load<i32>(dim, 4);
    i = i / size;
  }
  return sum;
}

/** How many elements of an operand, up to `n`, can be read where they are. */
@inline
function limit(argument: usize, i: i32, n: i32): i32 {
  if (load<i32>(argument) != ROWS) return n;
  const size = load<i32>(dimAt(argument, load<i32>(argument, 12) - 1));
  return min(n, size - (i % size));
}

/** Where n elements of an operand from i on lie next to each other: in place, or in `scratch`. */
@inline
function prepare(argument: usize, operand: usize, i: i32, n: i32, scratch: usize): usize {
  const how = load<i32>(argument);
  if (how == DIRECT) return operand + (<usize>i << 2);
  if (how == CONSTANT || how == SINGLE) return scratch;
  if (how == ROWS) return operand + (<usize>offset(argument, i) << 2);
  if (load<i32>(argument, 4)) collect<u8>(argument, operand, i, n, scratch);
  else collect<i32>(argument, operand, i, n, scratch);
  return scratch;
}

function collect<T>(argument: usize, operand: usize, i: i32, n: i32, to: usize): void {
  const dim = dimAt(argument, load<i32>(argument, 12) - 1);
  const size = load<i32>(dim);
  const step = <usize>load<i32>(dim, 4) * sizeof<T>();
  while (n > 0) {
    let length = min(n, size - (i % size));
    let from = operand + <usize>offset(argument, i) * sizeof<T>();
    n -= length;
    i += length;
    if (step == 0) {
      const value = i32x4.splat(<i32>load<T>(from));
      for (; length >= 4; length -= 4) {
        v128.store(to, value);
        to += 16;
      }
    } else if (step == sizeof<T>()) {
      for (; length >= 4; length -= 4) {
        if (sizeof<T>() == 4) v128.store(to, v128.load(from));
        else {
          const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
          v128.store(to, i32x4.extend_low_i16x8_u(bytes));
        }
        from += 4 * sizeof<T>();
        to += 16;
      }
    }
    for (; length > 0; length--) {
      store<i32>(to, <i32>load<T>(from));
      from += step;
      to += 4;
    }
  }
}

/** Truth is the lowest bit of a word: bools come as 1, comparisons as all bits. */
function narrow(from: usize, to: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    const low = i16x8.narrow_i32x4_s(v128.load(from), v128.load(from, 16));
    const high = i16x8.narrow_i32x4_s(v128.load(from, 32), v128.load(from, 48));
    v128.store(to, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
    from += 64;
    to += 16;
  }
  for (; n > 0; n--) {
    store<u8>(to, load<u8>(from) & 1);
    from += 4;
    to += 1;
  }
}

export function elementwise(
  description: usize, scratch: usize, out: usize, a: usize, b: usize, c: usize,
): void {
  const op = load<i32>(description);
  const total = load<i32>(description, 4);
  const count = load<i32>(description, 8);
  const bytes = load<i32>(description, 12);
  const first = argumentAt(description, 0);
  const second = argumentAt(description, 1);
  const third = argumentAt(description, 2);
  const size: usize = CHUNK * 4;
  const one = scratch + size;
  const two = one + size;
  const three = two + size;
  const most = min(total, CHUNK);
  repeat(first, a, one, most);
  if (count > 1) repeat(second, b, two, most);
  if (count > 2) repeat(third, c, three, most);

  for (let i: i32 = 0; i < total;) {
    let n = min(CHUNK, total - i);
    n = limit(first, i, n);
    if (count > 1) n = limit(second, i, n);
    if (count > 2) n = limit(third, i, n);
    const x = prepare(first, a, i, n, one);
    const y = count > 1 ? prepare(second, b, i, n, two) : x;
    const z = count > 2 ? prepare(third, c, i, n, three) : x;
    if (bytes) {
      apply(op, scratch, x, y, z, <usize>((n + 3) >> 2) << 4);
      narrow(scratch, out + <usize>i, n);
    } else {
      const to = out + (<usize>i << 2);
      const whole = <usize>(n >> 2) << 4;
      if (whole) apply(op, to, x, y, z, whole);
      const rest = n & 3;
      if (rest) {
        // What lies behind an operand may be read but not written.
        apply(op, scratch, x + whole, y + whole, z + whole, 16);
        memory.copy(to + whole, scratch, <usize>rest << 2);
      }
    }
    i += n;
  }
}

/** Lays out an operand that is the same for every chunk. */
function repeat(argument: usize, operand: usize, to: usize, n: i32): void {
  const how = load<i32>(argument);
  if (how != CONSTANT && how != SINGLE) return;
  let bits = load<i32>(argument, 8);
  if (how == SINGLE) bits = load<i32>(argument, 4) ? <i32>load<u8>(operand) : load<i32>(operand);
  const value = i32x4.splat(bits);
  for (const end = to + (<usize>((n + 3) >> 2) << 4); to < end; to += 16) v128.store(to, value);
}

@inline
function unary<F>(out: usize, a: usize, n: usize): void {
  for (let i: usize = 0; i < n; i += 16) v128.store(out + i, changetype<F>(0).of(v128.load(a + i)));
}

@inline
function binary<F>(out: usize, a: usize, b: usize, n: usize): void {
  for (let i: usize = 0; i < n; i += 16)
    v128.store(out + i, changetype<F>(0).of(v128.load(a + i), v128.load(b + i)));
}

@inline
function ternary<F>(out: usize, a: usize, b: usize, c: usize, n: usize): void {
  for (let i: usize = 0; i < n; i += 16)
    v128.store(out + i, changetype<F>(0).of(v128.load(a + i), v128.load(b + i), v128.load(c + i)));
}

/** Floor division and its remainder; a divisor of 0 gives 0. */
function divide(out: usize, a: usize, b: usize, n: usize, remainder: bool): void {
  for (let i: usize = 0; i < n; i += 4) {
    const x = <i64>load<i32>(a + i);
    const y = <i64>load<i32>(b + i);
    let result: i64 = 0;
    if (y != 0) {
      let quotient = x / y;
      let rest = x % y;
      if (rest != 0 && rest < 0 != y < 0) {
        quotient--;
        rest += y;
      }
      result = remainder ? rest : quotient;
    }
    store<i32>(out + i, <i32>result);
  }
}

/** The remainder of floats, which has the sign of the divisor; exact, like C's fmod. */
function modulo(out: usize, a: usize, b: usize, n: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const x = load<f32>(a + i);
    const y = load<f32>(b + i);
    const rest = x % y;
    store<f32>(out + i, rest != 0 && rest < 0 != y < 0 ? rest + y : rest);
  }
}

/** The functions by name: the host finds their numbers among this module's exports. */
export enum Fn {
  identity, neg, abs, sign, square, sqrt, rsqrt, reciprocal, exp, log, tanh, sigmoid, relu, gelu,
  softplus, erf, floor, ceil, round, not, isFinite, floatOfInt, intOfFloat, boolOfFloat, boolOfInt, intNeg, intAbs, intSign,
  intSquare, intRelu, add, sub, mul, div, maximum, minimum, less, lessEqual, greater,
  greaterEqual, equal, notEqual, and, or, geluGrad, intAdd, intSub, intMul, intMaximum,
  intMinimum, intLess, intLessEqual, intGreater, intGreaterEqual, intEqual, intNotEqual, where,
  clip, intClip, add3, intDiv, intMod, mod,
}

function apply(op: i32, out: usize, a: usize, b: usize, c: usize, n: usize): void {
  switch (op) {
    case Fn.identity: unary<Identity>(out, a, n); break;
    case Fn.neg: unary<Neg>(out, a, n); break;
    case Fn.abs: unary<Abs>(out, a, n); break;
    case Fn.sign: unary<Sign>(out, a, n); break;
    case Fn.square: unary<Square>(out, a, n); break;
    case Fn.sqrt: unary<Sqrt>(out, a, n); break;
    case Fn.rsqrt: unary<Rsqrt>(out, a, n); break;
    case Fn.reciprocal: unary<Reciprocal>(out, a, n); break;
    case Fn.exp: unary<Exp>(out, a, n); break;
    case Fn.log: unary<Log>(out, a, n); break;
    case Fn.tanh: unary<Tanh>(out, a, n); break;
    case Fn.sigmoid: unary<Sigmoid>(out, a, n); break;
    case Fn.relu: unary<Relu>(out, a, n); break;
    case Fn.gelu: unary<Gelu>(out, a, n); break;
    case Fn.softplus: unary<Softplus>(out, a, n); break;
    case Fn.erf: unary<Erf>(out, a, n); break;
    case Fn.floor: unary<Floor>(out, a, n); break;
    case Fn.ceil: unary<Ceil>(out, a, n); break;
    case Fn.round: unary<Round>(out, a, n); break;
    case Fn.not: unary<Not>(out, a, n); break;
    case Fn.isFinite: unary<IsFinite>(out, a, n); break;
    case Fn.floatOfInt: unary<FloatOfInt>(out, a, n); break;
    case Fn.intOfFloat: unary<IntOfFloat>(out, a, n); break;
    case Fn.boolOfFloat: unary<BoolOfFloat>(out, a, n); break;
    case Fn.boolOfInt: unary<BoolOfInt>(out, a, n); break;
    case Fn.intNeg: unary<IntNeg>(out, a, n); break;
    case Fn.intAbs: unary<IntAbs>(out, a, n); break;
    case Fn.intSign: unary<IntSign>(out, a, n); break;
    case Fn.intSquare: unary<IntSquare>(out, a, n); break;
    case Fn.intRelu: unary<IntRelu>(out, a, n); break;
    case Fn.add: binary<Add>(out, a, b, n); break;
    case Fn.sub: binary<Sub>(out, a, b, n); break;
    case Fn.mul: binary<Mul>(out, a, b, n); break;
    case Fn.div: binary<Div>(out, a, b, n); break;
    case Fn.maximum: binary<Maximum>(out, a, b, n); break;
    case Fn.minimum: binary<Minimum>(out, a, b, n); break;
    case Fn.less: binary<Less>(out, a, b, n); break;
    case Fn.lessEqual: binary<LessEqual>(out, a, b, n); break;
    case Fn.greater: binary<Greater>(out, a, b, n); break;
    case Fn.greaterEqual: binary<GreaterEqual>(out, a, b, n); break;
    case Fn.equal: binary<Equal>(out, a, b, n); break;
    case Fn.notEqual: binary<NotEqual>(out, a, b, n); break;
    case Fn.and: binary<And>(out, a, b, n); break;
    case Fn.or: binary<Or>(out, a, b, n); break;
    case Fn.geluGrad: binary<GeluGrad>(out, a, b, n); break;
    case Fn.intAdd: binary<IntAdd>(out, a, b, n); break;
    case Fn.intSub: binary<IntSub>(out, a, b, n); break;
    case Fn.intMul: binary<IntMul>(out, a, b, n); break;
    case Fn.intMaximum: binary<IntMaximum>(out, a, b, n); break;
    case Fn.intMinimum: binary<IntMinimum>(out, a, b, n); break;
    case Fn.intLess: binary<IntLess>(out, a, b, n); break;
    case Fn.intLessEqual: binary<IntLessEqual>(out, a, b, n); break;
    case Fn.intGreater: binary<IntGreater>(out, a, b, n); break;
    case Fn.intGreaterEqual: binary<IntGreaterEqual>(out, a, b, n); break;
    case Fn.intEqual: binary<IntEqual>(out, a, b, n); break;
    case Fn.intNotEqual: binary<IntNotEqual>(out, a, b, n); break;
    case Fn.where: ternary<Where>(out, a, b, c, n); break;
    case Fn.clip: ternary<Clip>(out, a, b, c, n); break;
    case Fn.intClip: ternary<IntClip>(out, a, b, c, n); break;
    case Fn.add3: ternary<Add3>(out, a, b, c, n); break;
    case Fn.intDiv: divide(out, a, b, n, false); break;
    case Fn.intMod: divide(out, a, b, n, true); break;
    case Fn.mod: modulo(out, a, b, n); break;
  }
}
