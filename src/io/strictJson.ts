/** A place in a JSON text that breaks a rule of the format. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';

  /** Index of the offending character in the text, from 0. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Nesting beyond this is refused: no file of ours needs it, and a text of brackets must not exhaust the stack. */
const deepest = 64;

export interface StrictJsonOptions {
  /** Told every key of the outermost object and its position, for messages about its value. */
  readonly onTopKey?: (key: string, position: number) => void;
  /** Values of all kinds that the text may hold, since each takes many times the memory of a character; no limit unless given. */
  readonly mostValues?: number;
}

/**
 * The value of a JSON text (RFC 8259), read more strictly than `JSON.parse`: a key that occurs twice in an object, a
 * key `__proto__`, half a surrogate pair and nesting beyond 64 levels are errors.
 *
 * @throws JsonSyntaxError with the rule and the position
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): unknown {
  const reader = new Reader(text, options);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  readonly #onTopKey: StrictJsonOptions['onTopKey'];
  readonly #mostValues: number;
  #at = 0;
  #values = 0;

  constructor(text: string, { onTopKey, mostValues = Number.POSITIVE_INFINITY }: StrictJsonOptions) {
    this.#text = text;
    this.#onTopKey = onTopKey;
    this.#mostValues = mostValues;
  }

  value(depth: number): unknown {
    if (depth > deepest) this.#fail(`values nest deeper than ${deepest} levels`);
    if (++this.#values > this.#mostValues) this.#fail(`there are more than ${this.#mostValues} values`);
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('there is text after the end of the value');
  }

  #object(depth: number): Record<string, unknown> {
    const entries: Record<string, unknown> = {};
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return entries;
    }
    do {
      this.#skipSpace();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('a key in double quotes is expected');
      const key = this.#string();
      if (key === '__proto__') this.#fail('the key "__proto__" is not allowed', start);
      if (Object.hasOwn(entries, key)) this.#fail(`the key ${quote(key)} occurs twice`, start);
      if (depth === 0) this.#onTopKey?.(key, start);
      this.#skipSpace();
      if (this.#text[this.#at] !== ':') this.#fail('a colon is expected after a key');
      this.#at++;
      entries[key] = this.value(depth + 1);
    } while (this.#continues('}'));
    return entries;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return items;
    }
    do items.push(this.value(depth + 1));
    while (this.#continues(']'));
    return items;
  }

  /** Whether a comma follows; the closing bracket is consumed otherwise. */
  #continues(close: string): boolean {
    this.#skipSpace();
    const found = this.#text[this.#at];
    if (found !== ',' && found !== close) this.#fail(`a comma or ${close} is expected`);
    this.#at++;
    return found === ',';
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) this.#fail('a string has no closing quote', start);
    this.#at = end + 1;
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      this.#fail('a string holds a control character or an unknown escape', start);
    }
    if (/\p{Surrogate}/u.test(value)) this.#fail('a string holds half a surrogate pair', start);
    return value;
  }

  #number(): number {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) {
      this.#fail(this.#at < this.#text.length ? 'a value is expected' : 'the text ends early');
    }
    this.#at += found[0].length;
    return Number(found[0]);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a value is expected');
    this.#at += word.length;
    return value;
  }

  #skipSpace(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#at++;
    }
  }

  #fail(message: string, position = this.#at): never {
    throw new JsonSyntaxError(message, position);
  }
}

/** A text as an error message shows it: quoted, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
