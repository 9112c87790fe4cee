import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCheckpoint } from '../src/io/checkpoint.ts';
import { keptFile, keptSteps } from '../src/io/checkpointFiles.ts';
import { systemFiles } from '../src/io/fileOperations.ts';
import { LOSSES } from '../src/tasks/training/savedProgress.ts';
import { CHECKPOINT } from '../src/tasks/training/savedTensors.ts';
import { random } from '../src/tensor/random.ts';
import { inFolder } from './folder.ts';
import { trainOnStream } from './stream.ts';

/** What is trained: a checkpoint after every other update, three kept. */
export const KILLED = {
  steps: 400,
  hidden: 16,
  backend: 'reference',
  training: { checkpointEverySteps: 2, keepCheckpoints: 3 },
} as const;

/** What the killed process says. */
export const marks = { begun: 'b', update: 'u', saving: 's', saved: 'S' } as const;

export interface KillFigures {
  readonly kills: number;
  /** Of these, the last word was that a save had begun. */
  readonly insideSave: number;
  /** Times that a checkpoint was gone, unreadable, or older than one whose save had ended. */
  readonly lost: number;
  /** Times that a training went on from a checkpoint that a kill had left. */
  readonly continued: number;
  /** Trainings that came to their end over several kills. */
  readonly trainings: number;
  /** Of these, those whose last checkpoint differs from that of a training that was never killed. */
  readonly mismatches: number;
}

export const noKills: KillFigures = {
  kills: 0,
  insideSave: 0,
  lost: 0,
  continued: 0,
  trainings: 0,
  mismatches: 0,
};

/**
 * Kills trainings at random moments by SIGKILL, again and again until they come to their end, and looks at the checkpoints
 * after every kill.
 *
 * @param insideSave kills inside a save that are to be among them
 * @param onKills told the figures after every kill; a later call goes on from them with a new training
 */
export async function killTrainings(
  kills: number,
  insideSave: number,
  begun: KillFigures = noKills,
  onKills: (figures: KillFigures) => void = () => {},
): Promise<KillFigures> {
  let figures = begun;
  const whole = await inFolder(async (folder) => {
    await trainOnStream({ ...KILLED, folder });
    return readFile(join(folder, CHECKPOINT));
  });
  while (figures.kills < kills || figures.insideSave < insideSave) {
    figures = await inFolder(async (folder) => {
      const after = await killUntilEnd(folder, figures, onKills);
      const mismatch = whole.equals(await readFile(join(folder, CHECKPOINT))) ? 0 : 1;
      return { ...after, trainings: after.trainings + 1, mismatches: after.mismatches + mismatch };
    });
    onKills(figures);
  }
  return figures;
}

/** Kills one training so many times, or until it ends. */
export const killOnce = (kills: number): Promise<KillFigures> =>
  inFolder((folder) => killUntilEnd(folder, noKills, () => {}, kills));

async function killUntilEnd(
  folder: string,
  begun: KillFigures,
  onKills: (figures: KillFigures) => void,
  most = Number.POSITIVE_INFINITY,
): Promise<KillFigures> {
  const path = join(folder, CHECKPOINT);
  let { kills, insideSave, lost, continued } = begun;
  let acknowledged = 0;
  for (;;) {
    const resumes = existsSync(path);
    const { killed, said } = await runAndKill(folder, random('kill', kills));
    if (!killed) return { ...begun, kills, insideSave, lost, continued: continued + (resumes ? 1 : 0) };
    kills++;
    const words = said.match(/[bsS]|u\d+/g) ?? [];
    if (words.at(-1) === marks.saving) insideSave++;
    if (resumes && words.some((word) => word.startsWith(marks.update))) continued++;
    acknowledged = Math.max(acknowledged, lastSaved(words));
    if (!(await isWhole(path, acknowledged))) lost++;
    const figures = { ...begun, kills, insideSave, lost, continued };
    onKills(figures);
    if (kills >= most) return figures;
  }
}

/** Starts the training and kills it a while after it began; not `killed` where it came to its end before. */
function runAndKill(folder: string, { next }: ReturnType<typeof random>) {
  return new Promise<{ killed: boolean; said: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [waitsFor, latest] = momentOf(next());
    let said = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      const waited = !said.includes(waitsFor) && (said + text).includes(waitsFor);
      if (waited) setTimeout(() => child.kill('SIGKILL'), latest * next());
      said += text;
    });
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve({ killed: signal !== null, said });
      else reject(new Error(`The training that was to be killed ended with status ${code}.`));
    });
  });
}

/** In the build, wherever this file is: started a thousand times, it is to be ready soon. */
const program = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../dist/reliability/killedTraining.js' : './killedTraining.js',
    import.meta.url,
  ),
);
/**
 * The word that the killer waits for, and how many milliseconds after it, at most, it kills: one in eight while the training
 * starts, half in and around its first save, the others later, however long a busy machine takes until then.
 */
function momentOf(chance: number): readonly [word: string, latest: number] {
  if (chance < 1 / 8) return [marks.begun, 400];
  return chance < 5 / 8 ? [marks.saving, 60] : [marks.update, 400];
}

/** Update of the last save that ended before the kill. */
function lastSaved(words: readonly string[]): number {
  const saved = words.lastIndexOf(marks.saved);
  const update = words.slice(0, saved + 1).findLast((word) => word.startsWith(marks.update));
  return Number(update?.slice(1) ?? 0);
}

/** Whether the newest checkpoint is as new as was said, and all that are kept can be read and are of their updates. */
async function isWhole(path: string, acknowledged: number): Promise<boolean> {
  if (!existsSync(path)) return acknowledged === 0;
  const kept = (await keptSteps(systemFiles, path)).map((step) => [keptFile(path, step), step] as const);
  for (const [file, step] of [[path, undefined] as const, ...kept]) {
    const updates = await loadCheckpoint(file).then(
      ({ tensors }) => tensors[LOSSES]!.data.length,
      () => -1,
    );
    if (step === undefined ? updates < acknowledged : updates !== step) return false;
  }
  return true;
}
