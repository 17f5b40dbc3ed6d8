/** The functions of elements, each on four at once; their classes only carry them into loops. */
import { erf, exp, gelu, geluGrad, log, select, sigmoid, softplus, splat, tanh } from "./_vector";

@unmanaged export class Identity { @inline of(x: v128): v128 { return x; } }
@unmanaged export class Neg { @inline of(x: v128): v128 { return f32x4.neg(x); } }
@unmanaged export class Abs { @inline of(x: v128): v128 { return f32x4.abs(x); } }
@unmanaged export class Sign {
  @inline of(x: v128): v128 {
    // Zeros and NaN are their own sign.
    const own = v128.or(f32x4.eq(x, splat(0)), f32x4.ne(x, x));
    return select(own, x, v128.or(v128.and(x, i32x4.splat(0x80000000)), splat(1)));
  }
}
@unmanaged export class Square { @inline of(x: v128): v128 { return f32x4.mul(x, x); } }
@unmanaged export class Sqrt { @inline of(x: v128): v128 { return f32x4.sqrt(x); } }
@unmanaged export class Rsqrt {
  @inline of(x: v128): v128 { return f32x4.div(splat(1), f32x4.sqrt(x)); }
}
@unmanaged export class Reciprocal { @inline of(x: v128): v128 { return f32x4.div(splat(1), x); } }
@unmanaged export class Exp { @inline of(x: v128): v128 { return exp(x); } }
@unmanaged export class Log { @inline of(x: v128): v128 { return log(x); } }
@unmanaged export class Tanh { @inline of(x: v128): v128 { return tanh(x); } }
@unmanaged export class Sigmoid { @inline of(x: v128): v128 { return sigmoid(x); } }
@unmanaged export class Relu { @inline of(x: v128): v128 { return f32x4.pmax(x, splat(0)); } }
@unmanaged export class Gelu { @inline of(x: v128): v128 { return gelu(x); } }
@unmanaged export class Softplus { @inline of(x: v128): v128 { return softplus(x); } }
@unmanaged export class Erf { @inline of(x: v128): v128 { return erf(x); } }
@unmanaged export class Floor { @inline of(x: v128): v128 { return f32x4.floor(x); } }
@unmanaged export class Ceil { @inline of(x: v128): v128 { return f32x4.ceil(x); } }
@unmanaged export class Round { @inline of(x: v128): v128 { return f32x4.nearest(x); } }
@unmanaged export class Not { @inline of(x: v128): v128 { return i32x4.eq(x, i32x4.splat(0)); } }
@unmanaged export class IsFinite {
  @inline of(x: v128): v128 { return f32x4.le(f32x4.abs(x), splat(f32.MAX_VALUE)); }
}
@unmanaged export class FloatOfInt {
  @inline of(x: v128): v128 { return f32x4.convert_i32x4_s(x); }
}
@unmanaged export class IntOfFloat {
  @inline of(x: v128): v128 { return i32x4.trunc_sat_f32x4_s(x); }
}
@unmanaged export class BoolOfFloat { @inline of(x: v128): v128 { return f32x4.ne(x, splat(0)); } }
@unmanaged export class BoolOfInt {
  @inline of(x: v128): v128 { return i32x4.ne(x, i32x4.splat(0)); }
}
@unmanaged export class IntNeg { @inline of(x: v128): v128 { return i32x4.neg(x); } }
@unmanaged export class IntAbs { @inline of(x: v128): v128 { return i32x4.abs(x); } }
@unmanaged export class IntSign {
  @inline of(x: v128): v128 {
    return i32x4.max_s(i32x4.min_s(x, i32x4.splat(1)), i32x4.splat(-1));
  }
}
@unmanaged export class IntSquare { @inline of(x: v128): v128 { return i32x4.mul(x, x); } }
@unmanaged export class IntRelu {
  @inline of(x: v128): v128 { return i32x4.max_s(x, i32x4.splat(0)); }
}

@unmanaged export class Add { @inline of(x: v128, y: v128): v128 { return f32x4.add(x, y); } }
@unmanaged export class Sub { @inline of(x: v128, y: v128): v128 { return f32x4.sub(x, y); } }
@unmanaged export class Mul { @inline of(x: v128, y: v128): v128 { return f32x4.mul(x, y); } }
@unmanaged export class Div { @inline of(x: v128, y: v128): v128 { return f32x4.div(x, y); } }
@unmanaged export class Maximum { @inline of(x: v128, y: v128): v128 { return f32x4.max(x, y); } }
@unmanaged export class Minimum { @inline of(x: v128, y: v128): v128 { return f32x4.min(x, y); } }
@unmanaged export class Less { @inline of(x: v128, y: v128): v128 { return f32x4.lt(x, y); } }
@unmanaged export class LessEqual { @inline of(x: v128, y: v128): v128 { return f32x4.le(x, y); } }
@unmanaged export class Greater { @inline of(x: v128, y: v128): v128 { return f32x4.gt(x, y); } }
@unmanaged export class GreaterEqual {
  @inline of(x: v128, y: v128): v128 { return f32x4.ge(x, y); }
}
@unmanaged export class Equal { @inline of(x: v128, y: v128): v128 { return f32x4.eq(x, y); } }
@unmanaged export class NotEqual { @inline of(x: v128, y: v128): v128 { return f32x4.ne(x, y); } }
@unmanaged export class And { @inline of(x: v128, y: v128): v128 { return v128.and(x, y); } }
@unmanaged export class Or { @inline of(x: v128, y: v128): v128 { return v128.or(x, y); } }
@unmanaged export class GeluGrad { @inline of(x: v128, y: v128): v128 { return geluGrad(x, y); } }
@unmanaged export class IntAdd { @inline of(x: v128, y: v128): v128 { return i32x4.add(x, y); } }
@unmanaged export class IntSub { @inline of(x: v128, y: v128): v128 { return i32x4.sub(x, y); } }
@unmanaged export class IntMul { @inline of(x: v128, y: v128): v128 { return i32x4.mul(x, y); } }
@unmanaged export class IntMaximum {
  @inline of(x: v128, y: v128): v128 { return i32x4.max_s(x, y); }
}
@unmanaged export class IntMinimum {
  @inline of(x: v128, y: v128): v128 { return i32x4.min_s(x, y); }
}
@unmanaged export class IntLess { @inline of(x: v128, y: v128): v128 { return i32x4.lt_s(x, y); } }
@unmanaged export class IntLessEqual {
  @inline of(x: v128, y: v128): v128 { return i32x4.le_s(x, y); }
}
@unmanaged export class IntGreater {
  @inline of(x: v128, y: v128): v128 { return i32x4.gt_s(x, y); }
}
@unmanaged export class IntGreaterEqual {
  @inline of(x: v128, y: v128): v128 { return i32x4.ge_s(x, y); }
}
@unmanaged export class IntEqual { @inline of(x: v128, y: v128): v128 { return i32x4.eq(x, y); } }
@unmanaged export class IntNotEqual {
  @inline of(x: v128, y: v128): v128 { return i32x4.ne(x, y); }
}

@unmanaged export class Where {
  @inline of(x: v128, y: v128, z: v128): v128 { return select(i32x4.ne(x, i32x4.splat(0)), y, z); }
}
@unmanaged export class Clip {
  @inline of(x: v128, y: v128, z: v128): v128 { return f32x4.min(f32x4.max(x, y), z); }
}
@unmanaged export class IntClip {
  @inline of(x: v128, y: v128, z: v128): v128 { return i32x4.min_s(i32x4.max_s(x, y), z); }
}
@unmanaged export class Add3 {
  @inline of(x: v128, y: v128, z: v128): v128 { return f32x4.add(f32x4.add(x, y), z); }
}
