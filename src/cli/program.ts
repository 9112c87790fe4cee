import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../errors.ts';
import { EXPERIMENTS } from '../tasks/comparisons/index.ts';
import { BACKEND_CHOICES } from '../tasks/training/backendChoice.ts';
import { type CompressOptions, compress } from './compress.ts';
import { type Context, exit } from './context.ts';
import { evaluate } from './evaluate.ts';
import { packageVersion } from './package.ts';
import { type ReproduceOptions, reproduce } from './reproduce/reproduce.ts';
import { summary } from './summary.ts';
import { type TrainOptions, train } from './train.ts';
import { transcribe } from './transcribe.ts';

/**
 * Runs a command line and answers every mistake of the user with one line on standard error.
 *
 * @param args what follows the program's name
 * @returns the exit status: 0, 1 for bad input, 2 for wrong usage, 130 when interrupted
 */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  let status: number = exit.ok;
  const program = createProgram(context, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    const text = error instanceof InputError ? error.message : (error as Error).stack;
    context.stderr.write(`compact-rnn: ${text}\n`);
    return exit.failure;
  }
}

function createProgram(context: Context, done: (status: number) => void): Command {
  const program = new Command('compact-rnn')
    .description('Train compact recurrent networks to recognise speech, and use them.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text.replace(/^error: /, 'compact-rnn: ')),
    });

  // Commands that are added later inherit the settings above.
  program
    .command('train')
    .description("train a configuration's models and write a report")
    .argument('[config]', 'YAML or JSON file; the quick run without it')
    .option(
      '--corpus <name|manifest>',
      'train on another corpus; with --resume, where the same recordings are now',
    )
    .option('--seed <n>', 'whole number that decides everything random', seed)
    .addOption(new Option('--backend <name>', 'what computes').choices(BACKEND_CHOICES))
    .addOption(
      new Option('--resume <run>', 'continue an interrupted run').conflicts(['seed', 'backend', 'out']),
    )
    .option('--out <folder>', 'run folder; runs/<name>-<n> without it')
    .option('--threads <n>', 'threads for each model, one for each of training.shards at most', positive)
    .option('--json', 'print the metrics as JSON, and nothing else')
    .action(async (config: string | undefined, options: Omit<TrainOptions, 'config'>, command: Command) => {
      if (config !== undefined && options.resume !== undefined) {
        command.error('error: --resume continues a run with its own configuration; name no other');
      }
      done(await train({ config, ...options }, context));
    });

  program
    .command('evaluate')
    .description("score a run's models")
    .argument('<run>', 'folder of a run')
    .option('--corpus <name|manifest>', 'score on another corpus')
    .option('--set <name>', 'set of the corpus', 'test')
    .addOption(new Option('--weights <kind>', 'score with such weights as well').choices(['int8']))
    .option('--json', 'print JSON, and nothing else')
    .action(async (run: string, options) => done(await evaluate({ run, ...options }, context)));

  program
    .command('compress')
    .description("give a trained model's matrices another structure, and train on from there")
    .argument('<run>', 'folder of a run')
    .option('--model <name>', 'model of the run; the best without it')
    .addOption(
      new Option('--map <kind[=size]>', 'structure of every map, such as circulant or lowRank=16').conflicts(
        'layers',
      ),
    )
    .option('--layers <file>', 'YAML or JSON file with `layers`, as a model of a configuration has them')
    .option('--epochs <n>', "epochs to train on; the run's own without it", positive)
    .option('--out <folder>', 'run folder; runs/<name>-<n> without it')
    .action(async (run: string, options: Omit<CompressOptions, 'run'>, command: Command) => {
      if (options.map === undefined && options.layers === undefined) {
        command.error('error: say what structure the model gets, with --map or --layers');
      }
      done(await compress({ run, ...options }, context));
    });

  program
    .command('transcribe')
    .description('print what is said in recordings')
    .argument('<run>', 'folder of a run')
    .argument('<file.wav...>', 'recordings')
    .option('--model <name>', 'model of the run; the best without it')
    .option('--json', 'print JSON, and nothing else')
    .action(async (run: string, files: string[], options) =>
      done(await transcribe({ run, files, ...options }, context)),
    );

  program
    .command('summary')
    .description("list models' parameters and work")
    .argument('<config|run>', 'configuration file, or folder of a run')
    .action(async (configOrRun: string) => done(await summary(configOrRun, context)));

  program
    .command('reproduce')
    .description('run a whole comparison, or go on with it, and write its results')
    .argument('[name]', EXPERIMENTS.map(({ name }) => name).join(', '), EXPERIMENTS[0]!.name)
    .option(
      '--only <stage|model|corpus>',
      'width, search, seeds, a model or a corpus; may be repeated',
      collect,
    )
    .option('--seeds <n>', 'final runs of every model, instead of its own number', positive)
    .option('--jobs <n>', 'runs at once; one a core without it', positive)
    .option('--out <folder>', 'where the results go', 'docs/results')
    .option('--dry-run', 'list the runs and what they would cost')
    .action(async (name: string, options: Omit<ReproduceOptions, 'name'>) =>
      done(await reproduce({ name, ...options }, context)),
    );

  return program;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
  }
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffff_ffff) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 4294967295.');
  }
  return value;
}
