import type { Audio } from 'compact-rnn/speech/recognise';

/** A recording in any format that the browser plays, as one channel. Rejects where it is none. */
export async function decodeRecording(bytes: ArrayBuffer): Promise<Audio> {
  const context = new AudioContext();
  try {
    const buffer = await context.decodeAudioData(bytes);
    const samples = new Float32Array(buffer.length);
    for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
      const own = buffer.getChannelData(channel);
      for (let n = 0; n < samples.length; n++) samples[n] += own[n] / buffer.numberOfChannels;
    }
    return { samples, sampleRate: buffer.sampleRate };
  } finally {
    await context.close();
  }
}

/** A recording that has begun. */
export interface Recording {
  /** Ends it; what was said. */
  stop(): Promise<Blob>;
}

/** Records from the microphone, once the browser's user allows it. Rejects where there is none, or it is refused. */
export async function record(): Promise<Recording> {
  if (navigator.mediaDevices === undefined) {
    throw new Error('This page has no microphone: browsers give it to secure pages only.');
  }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const ended = new Promise<Blob>((resolve) => {
    recorder.addEventListener('stop', () => resolve(new Blob(parts, { type: recorder.mimeType })));
  });
  recorder.start();
  return {
    stop() {
      if (recorder.state !== 'inactive') recorder.stop();
      for (const track of stream.getTracks()) track.stop();
      return ended;
    },
  };
}
