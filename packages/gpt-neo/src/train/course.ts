/** How a run goes: whether what it has by now is worth keeping. */
export interface Course {
  /** The loss of a model that guesses: the logarithm of the vocabulary. */
  readonly guess: number;
  /** The loss it began with, or had at the checkpoint it goes on from. */
  readonly first: number | undefined;
  /** Updates refused in a row because loss or gradient are not finite. */
  readonly refused: number;
  /** Whether the last step, and the validation after it, went well. */
  readonly well: boolean;
  /** The last step that did: the state before it is sound. */
  readonly lastWell: number | undefined;
  /** The last loss. */
  readonly loss: number | undefined;
}

/** What a step tells of how it went. */
export interface StepNumbers {
  readonly loss: number;
  readonly gradientNorm: number;
}

/**
 * The course of a run that begins.
 *
 * @param vocabulary ids
 * @param loss where it goes on, the loss it was saved with
 */
export function courseOf(vocabulary: number, loss?: number): Course {
  const guess = Math.log(vocabulary);
  return { guess, first: loss, refused: 0, well: true, lastWell: undefined, loss };
}

/**
 * The course after a step. It goes well where loss and gradient are finite, and the loss is no more
 * than twice that of guessing, or of the beginning: what is further off was thrown there by an update.
 *
 * @example
 * afterStep(courseOf(257), 1, { loss: 5.6, gradientNorm: 1.2 }).well; // true
 */
export function afterStep(course: Course, step: number, numbers: StepNumbers): Course {
  const { loss, gradientNorm } = numbers;
  const finite = Number.isFinite(loss) && Number.isFinite(gradientNorm);
  const first = course.first ?? (finite ? loss : undefined);
  const well = finite && loss <= farthest({ ...course, first });
  return {
    ...course,
    first,
    loss,
    well,
    refused: Number.isFinite(gradientNorm) ? 0 : course.refused + 1,
    lastWell: well ? step : course.lastWell,
  };
}

/** The course after a validation of what the last step has made. */
export function afterValidation(course: Course, loss: number): Course {
  return loss <= farthest(course) ? course : { ...course, well: false, loss };
}

/** What is wrong with a course that does not go well, in a few words. */
export function trouble({ loss, refused, first }: Course): string {
  if (refused > 0 && Number.isFinite(loss)) return "the gradient is not finite";
  const before = first === undefined ? "" : `, after ${short(first)} at the beginning`;
  return `the loss is ${short(loss ?? Number.NaN)}${Number.isFinite(loss) ? before : ""}`;
}

function farthest({ guess, first = guess }: Course): number {
  return 2 * Math.max(guess, first);
}

function short(number: number): string {
  return `${Number(number.toPrecision(4))}`;
}
