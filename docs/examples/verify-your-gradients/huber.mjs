/** Huber's loss of errors (1964), summed: half a square within ±delta, a line beyond. No framework, no tensors. */
export const huber = (delta) => ({
  value: ({ errors }) =>
    errors.reduce((sum, e) => {
      const size = Math.abs(e);
      return sum + (size <= delta ? 0.5 * e * e : delta * (size - 0.5 * delta));
    }, 0),

  /** By hand: e within ±delta, its sign times delta beyond. */
  gradient: ({ errors }, [weight]) => ({
    errors: errors.map((e) => weight * Math.max(-delta, Math.min(delta, e))),
  }),
});

/** The same, as someone wrote it in a hurry. */
export const wrongHuber = (delta) => ({
  ...huber(delta),
  gradient: ({ errors }, [weight]) => ({
    errors: errors.map((e) => weight * Math.min(delta, e)),
  }),
});
