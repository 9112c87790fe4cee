/** The `capacity` best-scored items of those offered: a binary heap with the worst kept one on top. */
export class TopScores {
  /** Items kept, in no order, in the first `size` places. */
  readonly items: number[] = [];
  size = 0;
  readonly #scores: number[] = [];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  clear(): void {
    this.size = 0;
  }

  /** Keeps the item if it is among the best so far; of equals the one offered first. */
  offer(item: number, score: number): void {
    if (this.size < this.#capacity) {
      this.#rise(this.size++, item, score);
    } else if (score > this.#scores[0]!) {
      this.#sink(item, score);
    }
  }

  #rise(from: number, item: number, score: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#scores[above]! <= score) break;
      this.#scores[place] = this.#scores[above]!;
      this.items[place] = this.items[above]!;
      place = above;
    }
    this.#scores[place] = score;
    this.items[place] = item;
  }

  #sink(item: number, score: number): void {
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.size) break;
      if (below + 1 < this.size && this.#scores[below + 1]! < this.#scores[below]!) below++;
      if (this.#scores[below]! >= score) break;
      this.#scores[place] = this.#scores[below]!;
      this.items[place] = this.items[below]!;
      place = below;
    }
    this.#scores[place] = score;
    this.items[place] = item;
  }
}
