import { InputError } from '../errors.ts';

/** A file that breaks a rule of its format; `offset` counts the bytes from the start of the file. */
export class FormatError<Rule extends string = string> extends InputError {
  readonly file: string;
  readonly offset: number;
  readonly rule: Rule;

  constructor(file: string, offset: number, rule: Rule, sentence: string, format?: string) {
    super(`${file}, byte ${offset}: ${sentence} (${format === undefined ? '' : `${format} `}rule: ${rule})`);
    this.file = file;
    this.offset = offset;
    this.rule = rule;
  }
}
