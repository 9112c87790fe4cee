import { InputError } from '../../errors.ts';
import { countParameters, type RecurrentModel } from '../../nn/recurrentModel.ts';

/** What `make` makes of a model. Throws InputError with the model's name and size where memory has no room for it. */
export async function withRoom<Made>(
  name: string,
  { parameters }: RecurrentModel,
  make: () => Made | Promise<Made>,
): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    // "Invalid typed array length", "Array buffer allocation failed": by their words alone they are told from others.
    if (!(error instanceof RangeError && /array/i.test(error.message))) throw error;
    throw new InputError(
      `the model ${name} has ${countParameters(parameters)} parameters, for which memory has no room; expected fewer`,
      { cause: error },
    );
  }
}
