import fc from 'fast-check';
import { InputError } from '../../../../../src/errors.ts';

/** However its bytes are cut off or changed, a file is read or refused with an InputError. */
export function checkDamaged(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  const change = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.array(change, { maxLength: 4 }), (length, changes) => {
      const damaged = bytes.slice();
      for (const { at, value } of changes) damaged[at] = value;
      try {
        read(damaged.subarray(0, length));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }),
  );
}
