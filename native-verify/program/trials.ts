// The experiments of the program tier, one a rule.
import type { Trial } from './trial.js';
import { acceptTrial } from './trial-accept.js';
import { oneshotTrial } from './trial-oneshot.js';
import { readTrial } from './trial-read.js';
import { selectTrial } from './trial-select.js';
import { writeTrial } from './trial-write.js';

export const trials: readonly Trial[] = [selectTrial, readTrial, acceptTrial, oneshotTrial, writeTrial];
