import { workloads } from '../workloads/definitions.ts';
import { prepareTraining } from '../workloads/training.ts';

/* Makes the first training step of W1 and prints how many milliseconds ago the process began. */
prepareTraining(workloads[0], 'dense').step();
console.log(performance.now());
