/** One step of Adam with decoupled decay, all in one pass over memory. */
import { madd, splat } from "./_vector";

@inline
function step(
  p: usize, g: usize, m: usize, v: usize, p2: usize, m2: usize, v2: usize,
  b1: v128, a1: v128, b2: v128, a2: v128, rate1: v128, scale2: v128, epsilon: v128, fade: v128,
): void {
  const gradient = v128.load(g);
  const mean = madd(v128.load(m), b1, f32x4.mul(gradient, a1));
  const square = madd(v128.load(v), b2, f32x4.mul(f32x4.mul(gradient, gradient), a2));
  const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, scale2)), epsilon);
  const moved = f32x4.div(f32x4.mul(mean, rate1), root);
  const value = v128.load(p);
  v128.store(p2, f32x4.sub(value, madd(value, fade, moved)));
  v128.store(m2, mean);
  v128.store(v2, square);
}

/** Results may lie over operands; `spare` has room for three vectors. */
export function adam(
  p: usize, g: usize, m: usize, v: usize, p2: usize, m2: usize, v2: usize, n: i32, spare: usize,
  beta1: f64, beta2: f64, epsilon: f64, decay: f64, rate: f64, c1: f64, c2: f64,
): void {
  const b1 = splat(<f32>beta1), a1 = splat(<f32>(1 - beta1));
  const b2 = splat(<f32>beta2), a2 = splat(<f32>(1 - beta2));
  const rate1 = splat(<f32>(rate / c1)), scale2 = splat(<f32>(1 / c2));
  const e = splat(<f32>epsilon), fade = splat(<f32>(rate * decay));
  let i: usize = 0;
  const bytes = <usize>n << 2;
  for (; i + 16 <= bytes; i += 16)
    step(
      p + i, g + i, m + i, v + i, p2 + i, m2 + i, v2 + i,
      b1, a1, b2, a2, rate1, scale2, e, fade,
    );
  if (i < bytes) {
    const s = spare;
    step(p + i, g + i, m + i, v + i, s, s + 16, s + 32, b1, a1, b2, a2, rate1, scale2, e, fade);
    memory.copy(p2 + i, s, bytes - i);
    memory.copy(m2 + i, s + 16, bytes - i);
    memory.copy(v2 + i, s + 32, bytes - i);
  }
}
