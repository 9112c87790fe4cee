import { executeRunOfTask } from '../../tasks/comparisons/executors.ts';
import { answerJob } from '../answerJob.ts';

/* The thread that makes one run of an experiment; `executeInThread` starts it and listens. */

await answerJob(executeRunOfTask);
