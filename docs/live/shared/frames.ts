/**
 * Repeats `work` between the page's frames, for `milliseconds` of each, so that the page answers while it runs; `drawn` is
 * called once a frame. Ends when `work` returns false, or with the function that is returned.
 */
export function inFrames(work: () => boolean, drawn: () => void, milliseconds = 12): () => void {
  let isGoing = true;
  const frame = () => {
    const until = performance.now() + milliseconds;
    while (isGoing && performance.now() < until) isGoing = work();
    drawn();
    if (isGoing) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  return () => {
    isGoing = false;
  };
}
