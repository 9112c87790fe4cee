import { InputError } from '../../../../errors.ts';
import type { Audio } from '../../audio/wav.ts';
import { explainMissing } from '../packages.ts';

/**
 * Decodes recordings in MP3.
 *
 * @param name what errors call the recording.
 * @throws InputError where there is no sound in the bytes, or the decoder finds a mistake in them.
 */
export type DecodeMp3 = (bytes: Uint8Array, name: string) => Promise<Audio>;

/**
 * Lets `read` have a decoder of MP3 (mpg123, in wasm), and frees it at the end.
 *
 * @param what what is read with it, as an error begins: `The corpus "queen-joe" is read`
 * @throws InputError where the decoder's package is not installed.
 */
export async function withMp3Decoder<Result>(
  what: string,
  read: (decode: DecodeMp3) => Promise<Result>,
): Promise<Result> {
  const { MPEGDecoder } = await import('mpg123-decoder').catch((error) =>
    explainMissing(error, 'mpg123-decoder', what),
  );
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    return await read(async (bytes, name) => {
      // What one recording leaves in the filters would be heard at the beginning of the next.
      await decoder.reset();
      const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(bytes);
      if (errors.length > 0) throw new InputError(`${name} could not be read as MP3: ${errors[0]!.message}`);
      if (samplesDecoded === 0) throw new InputError(`${name} is not an MP3: it has no frame of sound.`);
      const samples = Float32Array.from(
        channelData[0]!,
        (_, n) => channelData.reduce((sum, channel) => sum + channel[n]!, 0) / channelData.length,
      );
      return { samples, sampleRate };
    });
  } finally {
    decoder.free();
  }
}
