import * as v from "valibot";

// The numbers that keys of a config take.

type NumberSchema = v.GenericSchema<number>;

/** How many there are of something that a tensor's dim counts. */
export const count: NumberSchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(2 ** 31 - 1),
);

/** Nothing, or so much of something. */
export const amount: NumberSchema = v.pipe(v.number(), v.minValue(0), v.finite("a finite number"));

/** So much of something, which there has to be. */
export const above: NumberSchema = v.pipe(v.number(), v.gtValue(0), v.finite("a finite number"));

/** How much of a whole. */
export const part: NumberSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A dropout of 1 would leave nothing to divide, and a mean that keeps all of itself nothing to divide by. */
export const belowOne: NumberSchema = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
