/**
 * Added to a number below 2^22 it leaves the nearest integer, plus 127, in the lowest bits: shifted
 * by 23 they are the float 2^n, for n from -127 (which gives 0) to 127.
 */
export const ROUND: f32 = 12583039;
export const ROUND_BITS: i32 = 0x4b40007f;

/**
 * Constants are read from memory: where a loop mentions one as such, V8 makes it anew each time,
 * which takes longer than the arithmetic.
 */
export let table: usize = 0;

export enum C {
  LN2_HIGH, LN2_LOW, EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, ONE, EXP_LEAST, EXP_MOST, LOG2_E,
  ROUND, NORMAL_LEAST, SMALLEST, TWO_23, HALF, ROOT_HALF, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4,
  LOG_5, LOG_6, LOG_7, LOG_8, TANH_LEAST, TANH_MOST, TANH_P0, TANH_P1, TANH_P2, TANH_P3,
  TANH_P4, TANH_P5, TANH_P6, TANH_Q0, TANH_Q1, TANH_Q2, TANH_Q3, TANH_NEAR, TANH_FAR, GELU_3,
  GELU_1, GELU_SLOPE, FOUR, QUARTER, COS_0, COS_1, COS_2, SIN_0, SIN_1, SIN_2,
  ERF_P0, ERF_P1, ERF_P2, ERF_P3, ERF_P4, ERF_P5, ERF_P6, ERF_Q0, ERF_Q1, ERF_Q2, ERF_Q3, ERF_Q4,
}

@inline
export function constant(at: usize, which: C): v128 {
  return v128.load32_splat(at + 4 * <usize>which);
}

/** Says where constants may be kept, for good: 512 bytes. */
export function keepConstants(at: usize): void {
  table = at;
  keep(at, C.LN2_HIGH, 0.693359375);
  keep(at, C.LN2_LOW, -2.12194440e-4);
  keep(at, C.EXP_0, 1.9875691500e-4);
  keep(at, C.EXP_1, 1.3981999507e-3);
  keep(at, C.EXP_2, 8.3334519073e-3);
  keep(at, C.EXP_3, 4.1665795894e-2);
  keep(at, C.EXP_4, 1.6666665459e-1);
  keep(at, C.EXP_5, 5.0000001201e-1);
  keep(at, C.ONE, 1);
  keep(at, C.EXP_LEAST, -104);
  keep(at, C.EXP_MOST, 89);
  keep(at, C.LOG2_E, 1.44269504);
  keep(at, C.ROUND, ROUND);
  keep(at, C.NORMAL_LEAST, -88.0296919);
  keep(at, C.SMALLEST, 1.17549435e-38);
  keep(at, C.TWO_23, 8388608);
  keep(at, C.HALF, 0.5);
  keep(at, C.ROOT_HALF, 0.707106781);
  keep(at, C.LOG_0, 7.0376836292e-2);
  keep(at, C.LOG_1, -1.1514610310e-1);
  keep(at, C.LOG_2, 1.1676998740e-1);
  keep(at, C.LOG_3, -1.2420140846e-1);
  keep(at, C.LOG_4, 1.4249322787e-1);
  keep(at, C.LOG_5, -1.6668057665e-1);
  keep(at, C.LOG_6, 2.0000714765e-1);
  keep(at, C.LOG_7, -2.4999993993e-1);
  keep(at, C.LOG_8, 3.3333331174e-1);
  keep(at, C.TANH_LEAST, -7.90531110763549805);
  keep(at, C.TANH_MOST, 7.90531110763549805);
  keep(at, C.TANH_P0, -2.76076847742355e-16);
  keep(at, C.TANH_P1, 2.00018790482477e-13);
  keep(at, C.TANH_P2, -8.60467152213735e-11);
  keep(at, C.TANH_P3, 5.12229709037114e-8);
  keep(at, C.TANH_P4, 1.48572235717979e-5);
  keep(at, C.TANH_P5, 6.37261928875436e-4);
  keep(at, C.TANH_P6, 4.89352455891786e-3);
  keep(at, C.TANH_Q0, 1.19825839466702e-6);
  keep(at, C.TANH_Q1, 1.18534705686654e-4);
  keep(at, C.TANH_Q2, 2.26843463243900e-3);
  keep(at, C.TANH_Q3, 4.89352518554385e-3);
  keep(at, C.TANH_NEAR, 0.0004);
  keep(at, C.TANH_FAR, 8.5);
  keep(at, C.GELU_3, 0.0713548163);
  keep(at, C.GELU_1, 1.59576912);
  keep(at, C.GELU_SLOPE, 0.214064449);
  keep(at, C.FOUR, 4);
  keep(at, C.QUARTER, 1.57079633);
  keep(at, C.COS_0, 2.443315711809948e-5);
  keep(at, C.COS_1, -1.388731625493765e-3);
  keep(at, C.COS_2, 4.166664568298827e-2);
  keep(at, C.SIN_0, -1.9515295891e-4);
  keep(at, C.SIN_1, 8.3321608736e-3);
  keep(at, C.SIN_2, -1.6666654611e-1);
  keep(at, C.ERF_P0, -2.72614225801306e-10);
  keep(at, C.ERF_P1, 2.77068142495902e-8);
  keep(at, C.ERF_P2, -2.10102402082508e-6);
  keep(at, C.ERF_P3, -5.69250639462346e-5);
  keep(at, C.ERF_P4, -7.34990630326855e-4);
  keep(at, C.ERF_P5, -2.95459980854025e-3);
  keep(at, C.ERF_P6, -1.60960333262415e-2);
  keep(at, C.ERF_Q0, -1.45660718464996e-5);
  keep(at, C.ERF_Q1, -2.13374055278905e-4);
  keep(at, C.ERF_Q2, -1.68282697438203e-3);
  keep(at, C.ERF_Q3, -7.37332916720468e-3);
  keep(at, C.ERF_Q4, -1.42647390514189e-2);
}

@inline
function keep(at: usize, which: C, value: f32): void {
  store<f32>(at + 4 * <usize>which, value);
}
