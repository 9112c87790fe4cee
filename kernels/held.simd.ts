/** Whether the sequence of row r has ended before this step, so that its state is held. */
@inline
export function held(lengths: usize, r: usize, step: i32): bool {
  return step >= i32.load(lengths + (r << 2));
}
